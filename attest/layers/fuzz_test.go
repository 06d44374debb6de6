package layers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// FuzzScan wants of any bytes that they are refused as invalid, or that they
// make facts that can be merged, and the same facts each time.
func FuzzScan(f *testing.F) {
	plain := pack(f, dir("etc"), file("etc/passwd", accounts), with("bin/su", 0o4755, "x"), hardlink("b", "bin/su", 0o755),
		symlink("l", "etc"), file("l/.wh.x", ""), file("etc/.wh..wh..opq", ""), file("var/lib/dpkg/status", dpkg("a=1")))
	f.Add(plain)
	f.Add(gzipped(f, plain))
	f.Add(gzipped(f, plain)[:100])
	f.Add(append([]byte("\x28\xb5\x2f\xfd\x00\x80\x09\x00\x00"), 0))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var first []byte
		for range 2 {
			l, err := Scan(context.Background(), bytes.NewReader(b), Options{})
			if err != nil {
				if !errors.Is(err, verify.ErrInvalid) {
					t.Fatal(err)
				}
				return
			}
			facts, err := json.Marshal(Merge([]*Layer{l, l}, "app"))
			if err != nil {
				t.Fatal(err)
			}
			if first != nil && !bytes.Equal(first, facts) {
				t.Fatalf("%s\n%s", first, facts)
			}
			first = facts
			e := newCached(l)
			kept, err := e.encode()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := decodeCached(kept); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzPasswd wants what a plain reading of the file by the engine's rules gives.
func FuzzPasswd(f *testing.F) {
	for _, name := range []string{"app", "0", "1000", "blank", "notanumber", ""} {
		f.Add([]byte(accounts), name)
	}
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		var want *account
		uid, err := strconv.Atoi(name)
		for _, line := range strings.Split(string(b), "\n") {
			if len(line) > maxLine || want != nil {
				break
			}
			field := append(strings.Split(strings.TrimSpace(line), ":"), "", "", "", "")
			id, _ := strconv.Atoi(field[2])
			gid, _ := strconv.Atoi(field[3])
			if strings.TrimSpace(line) != "" && (err == nil && id == uid || err != nil && field[0] == name) {
				want = &account{field[0], int64(id), int64(gid)}
			}
		}
		if got := findAccount(b, name); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %+v, want %+v", name, got, want)
		}
	})
}

// FuzzCache wants that no bytes of a cache do harm.
func FuzzCache(f *testing.F) {
	l, err := Scan(context.Background(), bytes.NewReader(pack(f, file("etc/passwd", accounts))), Options{})
	if err != nil {
		f.Fatal(err)
	}
	b, err := newCached(l).encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeCached(b)
		if err == nil {
			Merge([]*Layer{{facts: e.Facts}}, "app")
		}
	})
}
