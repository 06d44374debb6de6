package registry

import (
	"context"
	"net"
	"sync"
)

// dialFunc is net.Dialer.DialContext.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// atMost keeps the connections open to one address to n. http.Transport's own
// limit is not strict: it can let a dial through for a request that is served
// by another connection in the meantime. A dial beyond the limit waits; nobody
// waits for it, since there are never more requests than connections.
func atMost(n int, dial dialFunc) dialFunc {
	var mu sync.Mutex
	slots := map[string]chan struct{}{}
	slotsOf := func(address string) chan struct{} {
		mu.Lock()
		defer mu.Unlock()
		if slots[address] == nil {
			slots[address] = make(chan struct{}, n)
		}
		return slots[address]
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		s := slotsOf(address)
		select {
		case s <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		c, err := dial(ctx, network, address)
		if err != nil {
			<-s
			return nil, err
		}
		return &countedConn{Conn: c, free: sync.OnceFunc(func() { <-s })}, nil
	}
}

// countedConn frees its slot when it is closed.
type countedConn struct {
	net.Conn
	free func()
}

func (c *countedConn) Close() error {
	defer c.free()
	return c.Conn.Close()
}
