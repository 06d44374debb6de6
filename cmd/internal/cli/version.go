package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is what the build was told it is, or else the module's version.
func (e Env) version() string {
	if e.Version != "" {
		return e.Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

func (a *app) versionCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  pratique version\n  pratique version -o json",
		Args:    noArguments,
		RunE: a.run(func(*cobra.Command, []string) error {
			doc := struct {
				Schema   string `json:"schema"`
				Version  string `json:"version"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
			}{"pratique.version/v1", a.env.version(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			return a.out.Document(doc, fmt.Sprintf("pratique %s (%s, %s)\n", doc.Version, doc.Go, doc.Platform))
		}),
	}
}
