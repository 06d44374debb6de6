package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// maxToken is how long a token server's answer may be, in bytes.
const maxToken = 64 << 10

// hubRealm is where Docker Hub gives out its tokens: the one pair of hosts
// that need not be configured.
const hubRealm = "auth.docker.io"

// realm is a checked token endpoint.
type realm struct {
	url *url.URL
	// trusted says that it may see this registry's credentials.
	trusted bool
	// foreign says that nobody but the registry named it.
	foreign bool
}

// realm decides what a realm may get (threats 17 and 126). A registry names
// its realm itself, so a realm on another host gets no credentials unless it
// is listed, and is not even called at a private address.
func (c *Client) realm(r request, raw string) (realm, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return realm{}, errors.New("the registry's token realm is not a URL to call")
	}
	u.Fragment = ""
	if u.Scheme != "https" && (u.Scheme != "http" || !c.config.Hosts[hostOf(u)].HTTP) {
		return realm{}, fmt.Errorf("token realm on %s: not https", u.Host)
	}
	home := canonicalHost(u) == canonicalHost(&url.URL{Scheme: u.Scheme, Host: r.url.Host})
	listed := slices.Contains(c.config.Hosts[r.repo.host].TokenRealm, hostOf(u)) ||
		r.url.Host == hubAPI && hostOf(u) == hubRealm
	return realm{url: u, trusted: home || listed, foreign: !home && !listed}, nil
}

// token exchanges the user's credential, or nothing, for a token that reads,
// or reads and writes, this one repository.
func (c *Client) token(ctx context.Context, r request, ch challenge, cred credential) (grant, error) {
	to, err := c.realm(r, ch.params["realm"])
	if err != nil {
		return grant{}, err
	}
	var g grant
	if !to.trusted && cred != (credential{}) {
		cred = credential{}
		g.hint = fmt.Sprintf("credentials for %s were not sent to its token realm on %s, which is not listed", r.repo.host, to.url.Host)
	}
	req, err := c.tokenRequest(ctx, r, to, ch.params["service"], cred)
	if err != nil {
		return grant{}, err
	}
	res, err := c.carrier(to.url, to.foreign).RoundTrip(req)
	if err != nil {
		return grant{}, fmt.Errorf("token realm on %s: %w", to.url.Host, err)
	}
	value, err := readToken(res)
	var refused *StatusError
	if errors.As(err, &refused) {
		refused.Host, refused.what, refused.hint = r.repo.host, "token realm on "+to.url.Host, g.hint
	}
	g.value = value
	return g, err
}

// tokenRequest is a GET as in docker's token specification, or, for an
// identity token, a POST as in its OAuth2 one.
func (c *Client) tokenRequest(ctx context.Context, r request, to realm, service string, cred credential) (*http.Request, error) {
	access := "pull"
	if r.push {
		access = "pull,push"
	}
	form := url.Values{"scope": {"repository:" + r.repo.path + ":" + access}}
	if service != "" {
		form.Set("service", service)
	}
	method, body, u := http.MethodGet, "", *to.url
	if cred.identity != "" {
		form.Set("grant_type", "refresh_token")
		form.Set("client_id", "pratique")
		form.Set("refresh_token", cred.identity)
		method, body = http.MethodPost, form.Encode()
	} else {
		q := u.Query()
		for k, v := range form {
			q[k] = v
		}
		u.RawQuery = q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the registry's token realm is not a URL to call")
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	req.Header.Set("Accept-Encoding", "identity")
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else if cred.username != "" {
		req.Header.Set("Authorization", basic(cred))
	}
	return req, nil
}

// readToken takes the token out of an answer. Redirects are not followed, and
// nothing of the answer is quoted: it may be the token.
func readToken(res *http.Response) (string, error) {
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", &StatusError{Status: res.StatusCode}
	}
	body, err := wire.ReadAll(res.Body, maxToken)
	if err != nil {
		return "", errors.New("token realm: the answer broke off or is too long")
	}
	var doc struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if wire.Decode(body, &doc) != nil {
		return "", errors.New("token realm: the answer is not JSON we accept")
	}
	token := doc.Token
	if token == "" {
		token = doc.AccessToken
	}
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("token realm: no token in the answer")
	}
	return "Bearer " + token, nil
}
