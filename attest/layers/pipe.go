package layers

import (
	"cmp"
	"errors"
	"hash"
	"io"
)

// errStopped is what the reading end sees after it gave up.
var errStopped = errors.New("stopped")

// pipe hands bytes from one goroutine to the next in buffers that go round, so
// that both work at the same time in a fixed amount of memory. Buffers are
// filled to the end: what the reader sees does not depend on how a network cut
// the stream.
type pipe struct {
	full chan []byte
	out  chan []byte // full, or what has passed the tap
	free chan []byte
	stop chan struct{}
	// err is why the writer ended; it is set before full is closed.
	err error

	// What follows belongs to the reading end. end is why nothing more comes.
	end         error
	whole, rest []byte
	// passed is the number of bytes handed to the reader.
	passed int64
}

const pipeBuffers = 4

func newPipe(size int) *pipe {
	p := &pipe{
		full: make(chan []byte, pipeBuffers),
		free: make(chan []byte, pipeBuffers),
		stop: make(chan struct{}),
	}
	p.out = p.full
	for range pipeBuffers {
		p.free <- make([]byte, size)
	}
	return p
}

// fill reads r into the pipe until r or the reading end is done.
func (p *pipe) fill(r io.Reader) {
	defer close(p.full)
	for {
		var b []byte
		select {
		case b = <-p.free:
		case <-p.stop:
			return
		}
		n, err := readFull(r, b[:cap(b)])
		if n > 0 {
			p.full <- b[:n] // never blocks: there is room for every buffer
		}
		if err != nil {
			p.err = err
			return
		}
	}
}

// readFull is io.ReadFull with the reader's own error at the end.
func readFull(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

// tap hashes what passes. It has to be called before anything reads.
func (p *pipe) tap(h hash.Hash) (run func()) {
	p.out = make(chan []byte, pipeBuffers)
	return func() {
		defer close(p.out)
		for b := range p.full {
			h.Write(b)
			p.out <- b // never blocks, as above
		}
	}
}

// more waits for bytes that were not read yet.
func (p *pipe) more() error {
	for len(p.rest) == 0 {
		if p.end != nil {
			return p.end
		}
		if p.whole != nil {
			p.free <- p.whole
			p.whole = nil
		}
		select {
		case b, ok := <-p.out:
			if !ok {
				p.end = cmp.Or(p.err, errStopped)
				return p.end
			}
			p.whole, p.rest = b, b
		case <-p.stop:
			return errStopped
		}
	}
	return nil
}

// Read returns the writer's error once all bytes have been read.
func (p *pipe) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if err := p.more(); err != nil {
		return 0, err
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	p.passed += int64(n)
	return n, nil
}

// Seek skips forward, which is all that a reader of archives wants of it: what
// is skipped need not be copied. There is no skipping beyond the end.
func (p *pipe) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || offset < 0 {
		return 0, errors.ErrUnsupported
	}
	for offset > 0 {
		err := p.more()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return p.passed, err
		}
		n := min(offset, int64(len(p.rest)))
		p.rest = p.rest[n:]
		p.passed += n
		offset -= n
	}
	return p.passed, nil
}
