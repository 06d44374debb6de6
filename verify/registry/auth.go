package registry

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
)

// logins remembers what registries granted: one Authorization value for each
// host, repository and kind of access, so that a token reaches nothing it was
// not made for.
type logins struct {
	keychain keychain
	mu       sync.Mutex
	held     map[loginKey]*login
}

type loginKey struct {
	host, path string
	push       bool
}

// login is locked while it is renewed, so that parallel requests share one
// token request.
type login struct {
	mu    sync.Mutex
	grant grant
}

// grant is an Authorization value, and what to tell the user if it does not
// suffice.
type grant struct{ value, hint string }

func (l *logins) of(r request) *login {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := loginKey{r.repo.host, r.repo.path, r.push}
	if l.held == nil {
		l.held = map[loginKey]*login{}
	}
	if l.held[k] == nil {
		l.held[k] = &login{}
	}
	return l.held[k]
}

func (l *login) current() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.grant.value
}

// authorize answers a registry's challenge. used is the value that was refused;
// if another request has renewed it in the meantime, that will do. A grant
// without a value means that there is nothing to offer.
func (c *Client) authorize(ctx context.Context, r request, l *login, used string, headers []string) (grant, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grant.value != used {
		return l.grant, nil
	}
	g, err := c.login(ctx, r, parseChallenges(headers))
	if err == nil {
		l.grant = g
	}
	return g, err
}

// login prefers a token: it says less about the user than a password does.
func (c *Client) login(ctx context.Context, r request, offered []challenge) (grant, error) {
	cred, err := c.credential(ctx, r.repo.host)
	if err != nil {
		return grant{}, err
	}
	if cred.bearer != "" {
		return grant{value: "Bearer " + cred.bearer}, nil
	}
	if ch, ok := pick(offered, "bearer"); ok {
		return c.token(ctx, r, ch, cred)
	}
	if _, ok := pick(offered, "basic"); !ok {
		return grant{}, errors.New("the registry asks for a login it does not describe")
	}
	if cred.username == "" {
		return grant{hint: fmt.Sprintf("no credentials for %s", r.repo.host)}, nil
	}
	return grant{value: basic(cred)}, nil
}

func basic(c credential) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(c.username+":"+c.password))
}
