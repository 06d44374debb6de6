package registry

import (
	"context"
	"errors"
	"net"
	"testing"
)

func TestAtMost(t *testing.T) {
	failing := errors.New("refused")
	dial := atMost(2, func(_ context.Context, _, address string) (net.Conn, error) {
		if address == "broken:1" {
			return nil, failing
		}
		c, other := net.Pipe()
		t.Cleanup(func() { c.Close(); other.Close() })
		return c, nil
	})
	open := func(ctx context.Context, address string) (net.Conn, error) { return dial(ctx, "tcp", address) }
	first, err := open(t.Context(), "a:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), "a:1"); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(over, "a:1"); !errors.Is(err, context.Canceled) {
		t.Fatalf("a third connection: %v", err)
	}
	for range 3 { // a failed dial keeps no slot, and each address has its own
		if _, err := open(t.Context(), "broken:1"); !errors.Is(err, failing) {
			t.Fatal(err)
		}
	}
	first.Close()
	first.Close() // frees one slot, not two
	if _, err := open(t.Context(), "a:1"); err != nil {
		t.Fatal(err)
	}
	if _, err := open(over, "a:1"); !errors.Is(err, context.Canceled) {
		t.Fatalf("a slot too many: %v", err)
	}
}
