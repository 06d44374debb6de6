package lab

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// Recorder stands in front of a registry: it writes down every request, and can hold, delay or
// change what passes.
type Recorder struct {
	Host string // 127.0.0.1:PORT, to be used in place of the registry's

	server *httptest.Server

	mu       sync.Mutex
	requests []string
	before   func(*http.Request)
	handler  func(http.Handler) http.Handler
	inFlight int
	most     int

	// connections are those that carried a request: a transport dials more than it uses, when a
	// connection comes free before the dial is done.
	connections map[net.Conn]bool
}

// Record puts a recorder in front of the registry at host.
func Record(host string) *Recorder {
	target := &url.URL{Scheme: "http", Host: host}
	forward := &httputil.ReverseProxy{
		// The client's Host stays, so that upload locations lead back through the recorder.
		Rewrite:   func(p *httputil.ProxyRequest) { p.SetURL(target); p.Out.Host = p.In.Host },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}
	return RecordHandler(forward)
}

// RecordHandler puts a recorder in front of a registry in this process.
func RecordHandler(registry http.Handler) *Recorder {
	r := &Recorder{connections: map[net.Conn]bool{}}
	r.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.serve(w, request, registry)
	}))
	r.server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateActive {
			r.mu.Lock()
			r.connections[c] = true
			r.mu.Unlock()
		}
	}
	r.server.Start()
	r.Host = r.server.Listener.Addr().String()
	return r
}

// Stop ends the recorder, not the registry behind it.
func (r *Recorder) Stop() { r.server.Close() }

func (r *Recorder) serve(w http.ResponseWriter, request *http.Request, registry http.Handler) {
	r.mu.Lock()
	r.requests = append(r.requests, request.Method+" "+request.URL.RequestURI())
	r.inFlight++
	r.most = max(r.most, r.inFlight)
	before, around := r.before, r.handler
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.inFlight--
		r.mu.Unlock()
	}()
	if before != nil {
		before(request)
	}
	if around != nil {
		registry = around(registry)
	}
	registry.ServeHTTP(w, request)
}

// Before calls f with every request, before it is passed on. nil ends it. f may block.
func (r *Recorder) Before(f func(*http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = f
}

// Around wraps the registry, to change answers. nil ends it.
func (r *Recorder) Around(f func(http.Handler) http.Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handler = f
}

// Delay makes every answer later by d, as a network with that round trip would. 0 ends it.
func (r *Recorder) Delay(d time.Duration) {
	if d == 0 {
		r.Before(nil)
		return
	}
	r.Before(func(*http.Request) { time.Sleep(d) })
}

// Take returns the requests since the last call, as "METHOD /path?query", and forgets them.
func (r *Recorder) Take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.requests
	r.requests, r.most, r.connections = nil, 0, map[net.Conn]bool{}
	return taken
}

// MostInFlight is the largest number of requests at the same time since the last Take.
func (r *Recorder) MostInFlight() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.most
}

// Connections is how many TCP connections carried a request since the last Take.
func (r *Recorder) Connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.connections)
}
