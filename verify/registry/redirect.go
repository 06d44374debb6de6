package registry

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// maxRedirects is how many redirects one read follows.
const maxRedirects = 3

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirected checks where a redirect leads (threats 16 and 126). Errors do not
// quote it: storage URLs carry signatures in their query.
func (c *Client) redirected(from *url.URL, location string, hop int) (*url.URL, error) {
	if hop >= maxRedirects {
		return nil, fmt.Errorf("more than %d redirects", maxRedirects)
	}
	to, err := url.Parse(location)
	if err != nil || location == "" {
		return nil, errors.New("redirect to something that is not a URL")
	}
	to = from.ResolveReference(to)
	to.Fragment = ""
	switch {
	case to.User != nil:
		return nil, errors.New("redirect to a URL with a user name")
	case to.Host == "":
		return nil, errors.New("redirect to no host")
	case to.Scheme == "https":
		return to, nil
	case to.Scheme != "http":
		return nil, errors.New("redirect to neither https nor http")
	case from.Scheme == "https":
		return nil, fmt.Errorf("redirect from https to http on %s", to.Host)
	case !sameOrigin(from, to) && !c.config.Hosts[hostOf(to)].HTTP:
		return nil, fmt.Errorf("redirect to plain http on %s, which is not allowed it", to.Host)
	}
	return to, nil
}

// carrier picks the connections for a hop: a host that a stranger named, and
// that the operator did not list, is dialled at public addresses only.
func (c *Client) carrier(u *url.URL, foreign bool) http.RoundTripper {
	if _, listed := c.config.Hosts[hostOf(u)]; foreign && !listed {
		return c.network.guarded
	}
	return c.network.trusted(u)
}

// sameOrigin compares scheme and host with its port.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && canonicalHost(a) == canonicalHost(b)
}

func canonicalHost(u *url.URL) string {
	host := hostOf(u)
	if u.Port() == "" {
		switch u.Scheme {
		case "https":
			host += ":443"
		case "http":
			host += ":80"
		}
	}
	return host
}
