package layers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
	"github.com/pratique-dev/pratique/verify"
)

func TestProgressAddsUp(t *testing.T) {
	var blobs []Blob
	want := int64(0)
	for i := range 5 {
		plain := pack(t, file("a", strings.Repeat("x", i<<18)))
		blobs = append(blobs, blob(plain, plain))
		want += int64(len(plain))
	}
	got, inside := int64(0), atomic.Bool{}
	_, err := Read(context.Background(), blobs, Options{Progress: func(n int64) {
		if inside.Swap(true) {
			t.Error("called twice at a time")
		}
		got += n
		inside.Store(false)
	}})
	if err != nil || got != want {
		t.Errorf("%d bytes, want %d, %v", got, want, err)
	}
}

func TestThreat90_SameLayerTwiceIsReadOnce(t *testing.T) {
	b, _ := sample(t)
	opened := 0
	b = counted(b, &opened)
	out, err := Read(context.Background(), []Blob{b, b, b}, Options{})
	if err != nil || opened != 1 || len(out) != 3 || out[0] == nil || out[0] != out[2] {
		t.Errorf("opened %d times, %v, %v", opened, out, err)
	}
	many := make([]Blob, MaxLayers+1)
	if _, err := Read(context.Background(), many, Options{}); !errors.Is(err, verify.ErrInvalid) {
		t.Error(err)
	}
}

// The same image gives the same facts, however its bytes arrive.
func TestSameFactsWhateverTheOrder(t *testing.T) {
	var blobs []Blob
	for i := range 6 {
		var entries []entry
		for j := range 40 {
			entries = append(entries, with(fmt.Sprintf("bin/f%d", j*i%40), 0o4755, strings.Repeat("x", i)), file(fmt.Sprintf(".wh.g%d", j), ""),
				file(fmt.Sprintf("etc/k%d/.netrc", j), "machine h login l password "+secretstest.Text(20)))
		}
		plain := pack(t, entries...)
		blobs = append(blobs, blob(gzipped(t, plain), plain))
	}
	read := func(wrap func(io.Reader) io.Reader) any {
		t.Helper()
		list := make([]Blob, len(blobs))
		for i, b := range blobs {
			list[i] = b
			list[i].Open = func(ctx context.Context) (io.ReadCloser, error) {
				r, err := b.Open(ctx)
				return io.NopCloser(wrap(r)), err
			}
		}
		out, err := Read(context.Background(), list, Options{Contents: true})
		if err != nil {
			t.Fatal(err)
		}
		return Merge(out, "app")
	}
	want := read(func(r io.Reader) io.Reader { return r })
	for range 3 {
		for _, wrap := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
			if got := read(wrap); !reflect.DeepEqual(got, want) {
				t.Errorf("\n got %+v\nwant %+v", got, want)
			}
		}
	}
}

// stuck is a body that never comes, until it is closed.
type stuck struct{ closed chan struct{} }

func (s stuck) Read([]byte) (int, error) {
	<-s.closed
	return 0, errors.New("closed")
}

func (s stuck) Close() error {
	close(s.closed)
	return nil
}

func TestThreat88_CallerGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	b := blob(nil, nil)
	b.Size = 1 << 20
	b.Open = func(context.Context) (io.ReadCloser, error) {
		cancel()
		return stuck{make(chan struct{})}, nil
	}
	if _, err := Read(ctx, []Blob{b, b}, Options{}); !errors.Is(err, context.Canceled) || errors.Is(err, verify.ErrInvalid) {
		t.Error(err)
	}
}

// A layer that is refused ends the others, and it is the one that is named.
func TestFirstErrorEndsAll(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("one layer at a time")
	}
	waits := blob(nil, nil)
	waits.Size = 1 << 30
	waits.Open = func(context.Context) (io.ReadCloser, error) { return stuck{make(chan struct{})}, nil }
	bad := blob([]byte(strings.Repeat("x", 1024)), nil)
	_, err := Read(context.Background(), []Blob{waits, bad}, Options{})
	refused(t, "second", err, "layer 2: ")
}

// repeated is an archive of one file of n bytes, which nobody holds.
func repeated(n int64) io.Reader {
	zeros := io.LimitReader(zeroReader{}, n+1024)
	return io.MultiReader(bytes.NewReader(rawHeader("f", '0', 0o644, n)), zeros)
}

type zeroReader struct{}

func (zeroReader) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestThreat83_MemoryDoesNotGrowWithTheLayer(t *testing.T) {
	allocated := func(size int64) int64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Scan(context.Background(), repeated(size), Options{Contents: true}); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return int64(after.TotalAlloc - before.TotalAlloc)
	}
	small, large := allocated(1<<20), allocated(256<<20)
	if large > small+1<<20 || large > 8<<20 {
		t.Errorf("%d bytes for 1 MiB, %d for 256 MiB", small, large)
	}
}
