package cli

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/verify/wire"
)

// progressAfter is how long a command may be silent on a terminal.
const progressAfter = time.Second

// progress shows on a terminal what a slow command is doing, and for how long.
// The returned function ends it and clears the line.
func (a *app) progress(what string) (stop func()) {
	_, stop = a.progressBytes(what, 0)
	return stop
}

// progressBytes is progress of work that is measured in bytes: add counts what
// was read, of total, which is 0 where nobody knows it. add may be called from
// many goroutines at once.
func (a *app) progressBytes(what string, total int64) (add func(int64), stop func()) {
	if a.quiet || !isTerminal(a.env.Stderr) {
		return func(int64) {}, func() {}
	}
	var read atomic.Int64
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(progressAfter)
		defer tick.Stop()
		for seconds := 1; ; seconds++ {
			select {
			case <-done:
				if seconds > 1 {
					fmt.Fprint(a.env.Stderr, "\r\x1b[K")
				}
				return
			case <-tick.C:
				fmt.Fprintf(a.env.Stderr, "\r%s\x1b[K", progressLine(what, seconds, read.Load(), total))
			}
		}
	})
	var once sync.Once
	return func(n int64) { read.Add(n) }, func() { once.Do(func() { close(done); wg.Wait() }) }
}

// progressLine is what a terminal shows after some seconds.
func progressLine(what string, seconds int, read, total int64) string {
	line := fmt.Sprintf("%s … %ds", wire.Printable(what), seconds)
	switch {
	case total > 0:
		line += fmt.Sprintf(", %s of %s", report.Bytes(read), report.Bytes(total))
	case read > 0:
		line += ", " + report.Bytes(read)
	}
	return line
}
