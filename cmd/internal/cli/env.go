package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// envVar is a variable the program reads. Value is shown unless it is secret.
type envVar struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Set    bool   `json:"set"`
	Means  string `json:"means"`
	secret bool
}

func envVars() []envVar {
	return []envVar{
		{Name: "PRATIQUE_POLICY", Means: "policy file, if --policy is not given; cannot weaken the system's policy"},
		{Name: "COSIGN_PASSWORD", Means: "password of the private key", secret: true},
		{Name: "DOCKER_CONFIG", Means: "folder of docker's config.json, for registry logins (default ~/.docker)"},
		{Name: "DOCKER_HOST", Means: "engine to read docker-daemon: images from, unix:// or tcp:// (default unix:///var/run/docker.sock)", secret: true},
		{Name: "DOCKER_CONTEXT", Means: "contexts are not read: docker-daemon: is refused where one is named without DOCKER_HOST"},
		{Name: "DOCKER_TLS_VERIFY", Means: "speak TLS to a tcp:// engine, with the certificates in DOCKER_CERT_PATH"},
		{Name: "DOCKER_CERT_PATH", Means: "folder of ca.pem, cert.pem and key.pem for a tcp:// engine (default ~/.docker)"},
		{Name: "XDG_CACHE_HOME", Means: "where facts about layers are kept, in pratique/layers (default ~/.cache)"},
		{Name: "XDG_CONFIG_HOME", Means: "where pratique/policy.yaml is looked for (default ~/.config)"},
		{Name: "XDG_STATE_HOME", Means: "where locks and the policies seen are kept (default ~/.local/state)"},
		{Name: "SOURCE_DATE_EPOCH", Means: "changes nothing: what is pushed has no creation time, and an audit has the clock's"},
		{Name: "HTTPS_PROXY", Means: "proxy for https registries", secret: true},
		{Name: "HTTP_PROXY", Means: "proxy for http registries", secret: true},
		{Name: "NO_PROXY", Means: "hosts to reach without the proxy"},
		{Name: "NO_COLOR", Means: "no colour, whatever its value"},
	}
}

func (a *app) envCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "env",
		Short: "Print the environment variables that are read, and their values",
		Long: `Print the environment variables that are read, and their values; secrets show
only whether they are set. What is trusted never comes from the environment:
SIGSTORE_*, TUF_* and COSIGN_REPOSITORY are ignored, with a warning.`,
		Example: "  pratique env",
		Args:    noArguments,
		RunE: a.run(func(*cobra.Command, []string) error {
			var text strings.Builder
			vars := envVars()
			for i := range vars {
				v := &vars[i]
				v.Value, v.Set = a.env.LookupEnv(v.Name)
				if v.secret && v.Set {
					v.Value = "(set)"
				}
				text.WriteString("# " + v.Means + "\n" + v.Name + "=" + printable(v.Value) + "\n")
			}
			doc := struct {
				Schema string   `json:"schema"`
				Vars   []envVar `json:"vars"`
			}{"pratique.env/v1", vars}
			return a.out.Document(doc, text.String())
		}),
	}
}
