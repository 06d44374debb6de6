package cli

import (
	"fmt"
	"sync"
	"time"
)

// progressAfter is how long a command may be silent on a terminal.
const progressAfter = time.Second

// progress shows on a terminal what a slow command is doing, and for how long.
// The returned function ends it and clears the line.
func (a *app) progress(what string) (stop func()) {
	if a.quiet || !isTerminal(a.env.Stderr) {
		return func() {}
	}
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
				fmt.Fprintf(a.env.Stderr, "\r%s … %ds", what, seconds)
			}
		}
	})
	var once sync.Once
	return func() { once.Do(func() { close(done); wg.Wait() }) }
}
