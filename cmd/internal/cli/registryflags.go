package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/registry"
	"github.com/pratique-dev/pratique/verify/wire"
)

// registryFlags are cosign's, by cosign's names.
type registryFlags struct {
	insecure, http            bool
	caCert                    string
	username, password, token string
	timeout                   time.Duration
}

// How long a command may take for an image: layers can be gigabytes.
const (
	timeLimit      = 2 * time.Minute
	layerTimeLimit = 30 * time.Minute
)

func (r *registryFlags) add(cmd *cobra.Command) { r.addWithin(cmd, timeLimit) }

func (r *registryFlags) addWithin(cmd *cobra.Command, limit time.Duration) {
	f := cmd.Flags()
	f.BoolVar(&r.http, "allow-http-registry", false, "speak plain http to the image's registry")
	f.BoolVar(&r.insecure, "allow-insecure-registry", false, "accept any TLS certificate of the image's registry, or plain http")
	f.StringVar(&r.caCert, "registry-cacert", "", "PEM `file` with further CA certificates for the image's registry")
	f.StringVar(&r.username, "registry-username", "", "user name for the image's registry")
	f.StringVar(&r.password, "registry-password", "", "password for the image's registry (visible to other users in the process list; docker login is safer)")
	f.StringVar(&r.token, "registry-token", "", "bearer token for the image's registry (visible in the process list)")
	f.DurationVarP(&r.timeout, "timeout", "t", limit, "give up after this `time`, for each image")
}

// client makes a registry client for the images' hosts. Flag credentials
// belong to one host; two hosts with one password is a mistake.
func (a *app) client(ctx context.Context, r registryFlags, docs []*policy.Document, refs ...verify.Reference) (*registry.Client, error) {
	a.rememberFlags(r, docs, refs)
	cfg := registry.Config{
		Hosts:        map[string]registry.Host{},
		DockerConfig: a.dockerConfig(),
		LockDir:      a.lockDir(),
		UserAgent:    "pratique/" + a.env.version(),
	}
	for _, d := range docs {
		for _, h := range d.Registries {
			cfg.Hosts[h.Host] = registry.Host{HTTP: h.HTTP, CA: h.CA, TokenRealm: h.TokenRealms}
		}
	}
	if err := r.apply(ctx, &cfg, refs); err != nil {
		return nil, err
	}
	client, err := registry.New(cfg)
	if err != nil {
		return nil, usage(err, "") // it only looks at what flags and policies say
	}
	return client, nil
}

func (r registryFlags) apply(ctx context.Context, cfg *registry.Config, refs []verify.Reference) error {
	var ca []byte
	if r.caCert != "" {
		var err error
		if ca, err = wire.ReadFile(r.caCert, wire.MaxKeyFile); err != nil {
			return usage(err, "--registry-cacert wants a PEM file")
		}
	}
	for _, ref := range refs {
		h := cfg.Hosts[ref.Host]
		h.HTTP = h.HTTP || r.http
		if r.insecure && !h.HTTP {
			h.HTTP = registry.SpeaksPlainHTTP(ctx, ref.Host)
			h.SkipVerify = !h.HTTP
		}
		if ca != nil {
			h.CA = ca
		}
		cfg.Hosts[ref.Host] = h
	}
	if r.username == "" && r.password == "" && r.token == "" {
		return nil
	}
	for _, ref := range refs {
		if ref.Host != refs[0].Host {
			return usage(fmt.Errorf("--registry-username, -password and -token are for one registry, the images name %s and %s", refs[0].Host, ref.Host),
				"verify the images of each registry by themselves, or use docker login")
		}
		cfg.Explicit = ref.Host
	}
	cfg.Username, cfg.Password, cfg.Token = r.username, r.password, r.token
	return nil
}

func (a *app) dockerConfig() string {
	if d := a.env.getenv("DOCKER_CONFIG"); d != "" {
		return d
	}
	if home := a.env.getenv("HOME"); home != "" {
		return filepath.Join(home, ".docker")
	}
	return ""
}

// lockDir keeps writers of this machine out of each other's way. Without a
// place for it they still lose nothing, they only retry more.
func (a *app) lockDir() string {
	dir := filepath.Join(a.stateDir(), "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	return dir
}

// stateDir is where locks and the policies seen are kept (S37).
func (a *app) stateDir() string {
	if d := a.env.getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "pratique")
	}
	if home := a.env.getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "pratique")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("pratique-%d", os.Getuid()))
}

// references parses image arguments.
func references(args []string) ([]verify.Reference, error) {
	refs := make([]verify.Reference, len(args))
	for i, arg := range args {
		if err := onRegistry(arg); err != nil {
			return nil, err
		}
		ref, err := verify.ParseReference(arg)
		if err != nil {
			return nil, usage(err, "an image is named like registry.example/app:1 or registry.example/app@sha256:…")
		}
		refs[i] = ref
	}
	return refs, nil
}

// onRegistry refuses skopeo's names of images that are elsewhere. Without
// this, oci:DIR would be tag DIR of Docker Hub's library/oci.
func onRegistry(arg string) error {
	scheme, rest, _ := strings.Cut(arg, ":")
	switch scheme {
	case "docker":
		if name, ok := strings.CutPrefix(rest, "//"); ok {
			return usage(fmt.Errorf("%s: leave out docker://", arg), "name the image "+name)
		}
	case "oci", "oci-archive", "docker-archive", "docker-daemon", "containers-storage", "dir":
		return usage(fmt.Errorf("%s: who vouches for an image is known only on a registry", arg),
			"push it, and name it like registry.example/app:1, or audit it as it is: pratique audit "+arg+
				"; an image "+scheme+" of Docker Hub is docker.io/library/"+arg)
	}
	return nil
}

// atLeastOne is cobra.MinimumNArgs with words for people.
func atLeastOne(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(errors.New("no image named"), cmd.CommandPath()+" registry.example/app:1")
	}
	return nil
}

func exactlyOne(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage(fmt.Errorf("want one image, got %d", len(args)), cmd.CommandPath()+" registry.example/app:1")
	}
	return nil
}

// within gives ctx the --timeout.
func (r registryFlags) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, r.timeout)
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("unexpected argument %q", args[0]), cmd.CommandPath()+" --help")
	}
	return nil
}
