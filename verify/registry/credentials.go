package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
)

const (
	// maxDockerConfig is how long docker's config.json may be, in bytes.
	maxDockerConfig = 1 << 20
	// hubKey is the name under which docker keeps the login for docker.io.
	hubKey = "https://index.docker.io/v1/"
)

// credential is what a user has for one host. The zero value is anonymous.
type credential struct {
	username, password string
	// identity is a refresh token, exchanged at the realm.
	identity string
	// bearer goes to the registry as it is.
	bearer string
}

// keychain reads docker's configuration, once and only when a registry asks
// for a login.
type keychain struct {
	once sync.Once
	file *configfile.ConfigFile
	err  error
}

// credential finds what the user has for a host: the flags if they name that
// very host, docker's configuration otherwise (threat 17).
func (c *Client) credential(ctx context.Context, host string) (credential, error) {
	flags := credential{username: c.config.Username, password: c.config.Password, bearer: c.config.Token}
	if flags != (credential{}) && host == c.config.Explicit {
		return flags, nil
	}
	if c.config.DockerConfig == "" {
		return credential{}, nil
	}
	k := &c.logins.keychain
	k.once.Do(func() { k.file, k.err = loadDockerConfig(c.config.DockerConfig) })
	if k.err != nil {
		return credential{}, k.err
	}
	return lookUp(ctx, k.file, host)
}

func loadDockerConfig(dir string) (*configfile.ConfigFile, error) {
	path := filepath.Join(dir, config.ConfigFileName)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return configfile.New(path), nil
	}
	if err != nil {
		return nil, fmt.Errorf("docker configuration: %w", err)
	}
	defer f.Close()
	// The parser's own message may quote the file, so it is left out.
	cf, err := config.LoadFromReader(io.LimitReader(f, maxDockerConfig))
	if err != nil {
		return nil, fmt.Errorf("docker configuration %s: not valid", path)
	}
	return cf, nil
}

// lookUp asks the store docker would ask: the host's helper, the general one,
// or the file itself. A helper that hangs is abandoned with the context.
func lookUp(ctx context.Context, cf *configfile.ConfigFile, host string) (credential, error) {
	key := host
	if host == "docker.io" {
		key = hubKey
	}
	helper, ok := cf.CredentialHelpers[key]
	if !ok {
		helper = cf.CredentialsStore
	}
	store := credentials.NewFileStore(cf)
	if helper != "" {
		store = credentials.NewNativeStore(cf, helper)
	}
	type result struct {
		credential credential
		err        error
	}
	done := make(chan result, 1)
	go func() {
		a, err := store.Get(key)
		done <- result{credential{a.Username, a.Password, a.IdentityToken, a.RegistryToken}, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return credential{}, helperError(helper, host, r.err)
		}
		return r.credential, nil
	case <-ctx.Done():
		return credential{}, fmt.Errorf("docker-credential-%s for %s: %w", helper, host, ctx.Err())
	}
}

// helperError leaves out what the helper printed, which may be the secret.
func helperError(helper, host string, err error) error {
	reason := "it failed"
	if errors.Is(err, exec.ErrNotFound) {
		reason = "it is not installed"
	}
	return fmt.Errorf("docker-credential-%s for %s: %s", helper, host, reason)
}
