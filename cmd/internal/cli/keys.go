package cli

import (
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/keys/keyfile"
	"github.com/pratique-dev/pratique/verify/wire"
)

func (a *app) keysCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Make, import and show signing keys",
		Long: `Make, import and show signing keys. Files are cosign's: an encrypted private key
in PREFIX.key, readable by its owner only, and the public key in PREFIX.pub.
No file is ever overwritten.`,
		Args: needsSubcommand,
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(a.keysGenerateCmd(), a.keysImportCmd(), a.keysPublicCmd(), a.keysListCmd())
	return cmd
}

// needsSubcommand makes a bare or mistyped group command a usage error.
func needsSubcommand(cmd *cobra.Command, args []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	what := "no command named"
	if len(args) > 0 {
		what = fmt.Sprintf("unknown command %q", args[0])
	}
	return usage(fmt.Errorf("%s after %s: want %s", what, cmd.CommandPath(), strings.Join(names, ", ")), cmd.CommandPath()+" --help")
}

type keyOptions struct {
	prefix    string
	algorithm string
	password  passwordSource
	empty     bool
}

func (o *keyOptions) add(cmd *cobra.Command, prefix string) {
	f := cmd.Flags()
	f.StringVar(&o.prefix, "output-key-prefix", prefix, "write `PREFIX`.key and PREFIX.pub")
	f.IntVar(&o.password.fd, "password-fd", -1, passwordFlagHelp)
	f.BoolVar(&o.empty, "insecure-empty-password", false, "allow an empty password: whoever reads the file has the key")
}

func (a *app) keysGenerateCmd() *cobra.Command {
	var o keyOptions
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Generate a key pair",
		Example: `  pratique keys generate --output-key-prefix release
  COSIGN_PASSWORD=… pratique keys generate --algorithm ed25519`,
		Args: noArguments,
		RunE: a.run(func(*cobra.Command, []string) error {
			key, err := keyfile.Generate(o.algorithm)
			if err != nil {
				return usage(err, "--algorithm "+strings.Join(keyfile.Algorithms(), "|"))
			}
			return a.writeKey(o, key)
		}),
	}
	o.add(cmd, "pratique")
	cmd.Flags().StringVar(&o.algorithm, "algorithm", "ecdsa-p256", "`algorithm`: "+strings.Join(keyfile.Algorithms(), ", "))
	return cmd
}

func (a *app) keysImportCmd() *cobra.Command {
	var o keyOptions
	var file string
	cmd := &cobra.Command{
		Use:   "import --key FILE",
		Short: "Import a private key: PKCS#8, PKCS#1 or EC PEM, or cosign's",
		Long: `Import a private key and write it encrypted, as cosign does. For a key that is
encrypted already (cosign's), the same password opens it and seals the copy.`,
		Example: `  pratique keys import --key old.pem --output-key-prefix release`,
		Args:    noArguments,
		RunE: a.run(func(*cobra.Command, []string) error {
			return a.importKey(o, file)
		}),
	}
	o.add(cmd, "import-pratique")
	cmd.Flags().StringVar(&file, "key", "", "private key `file` to import")
	return cmd
}

func (a *app) importKey(o keyOptions, file string) error {
	if file == "" {
		return usage(errors.New("no key named"), "pratique keys import --key FILE")
	}
	text, err := wire.ReadFile(file, wire.MaxKeyFile)
	if err != nil {
		return usage(err, "")
	}
	password, err := a.password(o.password, true)
	if err != nil {
		return err
	}
	key, err := keyfile.Import(text, password)
	if err != nil {
		return keyError(file, err)
	}
	return a.storeKey(o, key, password)
}

func (a *app) writeKey(o keyOptions, key crypto.Signer) error {
	password, err := a.password(o.password, true)
	if err != nil {
		return err
	}
	return a.storeKey(o, key, password)
}

func (a *app) storeKey(o keyOptions, key crypto.Signer, password []byte) error {
	write := func() (string, string, error) { return keyfile.Write(o.prefix, key, password) }
	if o.empty && len(password) == 0 {
		write = func() (string, string, error) { return keyfile.WriteUnprotected(o.prefix, key) }
	}
	private, public, err := write()
	if err != nil {
		return keyError(o.prefix, err)
	}
	k, err := keys.FromPublic(key.Public())
	if err != nil {
		return keyError(o.prefix, err)
	}
	doc := struct {
		Schema    string `json:"schema"`
		Private   string `json:"private"`
		Public    string `json:"public"`
		Algorithm string `json:"algorithm"`
		Identity  string `json:"identity"`
	}{"pratique.key/v1", private, public, k.Algorithm, k.Identity}
	return a.out.Document(doc, fmt.Sprintf("wrote %s (keep it secret) and %s\n%s %s\n",
		printable(private), printable(public), k.Algorithm, k.Identity))
}

func (a *app) keysPublicCmd() *cobra.Command {
	var file string
	var src passwordSource
	cmd := &cobra.Command{
		Use:     "public --key FILE",
		Short:   "Print the public key of a private or public key file",
		Example: "  pratique keys public --key release.key > release.pub",
		Args:    noArguments,
		RunE: a.run(func(*cobra.Command, []string) error {
			k, err := a.publicOf(file, src)
			if err != nil {
				return err
			}
			doc := struct {
				Schema    string `json:"schema"`
				PEM       string `json:"pem"`
				Algorithm string `json:"algorithm"`
				Identity  string `json:"identity"`
			}{"pratique.publickey/v1", string(k.PEM()), k.Algorithm, k.Identity}
			return a.out.Document(doc, doc.PEM)
		}),
	}
	cmd.Flags().StringVar(&file, "key", "", "key `file`")
	cmd.Flags().IntVar(&src.fd, "password-fd", -1, passwordFlagHelp)
	return cmd
}

// publicOf reads either half of a key pair.
func (a *app) publicOf(file string, src passwordSource) (keys.PublicKey, error) {
	if file == "" {
		return keys.PublicKey{}, usage(errors.New("no key named"), "pratique keys public --key FILE")
	}
	if k, err := keyfile.LoadPublic(file); err == nil {
		return k, nil
	}
	signer, err := a.loadKey(file, src)
	if err != nil {
		return keys.PublicKey{}, err
	}
	return keys.FromPublic(signer.Public())
}

func (a *app) keysListCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "list [FOLDER]",
		Short:   "List the key files of a folder, and what is wrong with them",
		Example: "  pratique keys list keys/",
		Args:    cobra.MaximumNArgs(1),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return a.listKeys(dir)
		}),
	}
}

type keyEntry struct {
	Path      string `json:"path"`
	Private   bool   `json:"private"`
	Encrypted bool   `json:"encrypted"`
	Algorithm string `json:"algorithm"`
	Identity  string `json:"identity"`
	Problem   string `json:"problem"`
}

func (a *app) listKeys(dir string) error {
	entries, err := keyfile.List(dir)
	if err != nil {
		return usage(err, "pratique keys list FOLDER")
	}
	doc := struct {
		Schema string     `json:"schema"`
		Keys   []keyEntry `json:"keys"`
	}{"pratique.keys/v1", []keyEntry{}}
	var text strings.Builder
	for _, e := range entries {
		k := keyEntry{Path: e.Path, Private: e.Private, Encrypted: e.Encrypted, Algorithm: e.Algorithm, Identity: e.Identity}
		half := "public "
		if e.Private {
			half = "private"
		}
		if e.Problem != nil {
			k.Problem = e.Problem.Error()
		}
		fmt.Fprintf(&text, "%s  %s  %s %s %s\n", half, printable(k.Path), k.Algorithm, k.Identity, printable(k.Problem))
		doc.Keys = append(doc.Keys, k)
	}
	if len(entries) == 0 {
		fmt.Fprintf(&text, "no .key or .pub files in %s\n", printable(dir))
	}
	return a.out.Document(doc, text.String())
}

// loadKey opens a private key to sign with.
func (a *app) loadKey(file string, src passwordSource) (crypto.Signer, error) {
	if file == "" {
		return nil, usage(errors.New("no key to sign with"), "--key release.key; pratique keys generate makes one")
	}
	key, err := keyfile.Load(file, func() ([]byte, error) { return a.password(src, false) })
	if err != nil {
		return nil, keyError(file, err)
	}
	return key, nil
}

// keyError adds what to type about a key that cannot be used.
func keyError(file string, err error) error {
	var known *failure
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, keyfile.ErrPassword):
		return usage(err, "check COSIGN_PASSWORD, or unset it to be asked")
	case isPublic(file):
		return usage(fmt.Errorf("%s is a public key; a private one signs", file), "--key release.key")
	case errors.Is(err, keyfile.ErrPermissions):
		return usage(err, "chmod 600 "+file)
	case errors.Is(err, keyfile.ErrEmptyPassword):
		return usage(err, "set COSIGN_PASSWORD, or say --insecure-empty-password")
	case errors.Is(err, fs.ErrNotExist):
		return usage(err, "pratique keys generate")
	}
	return usage(err, "")
}

func isPublic(file string) bool {
	_, err := keyfile.LoadPublic(file)
	return err == nil
}

// readPublicKey reads the PEM of a public key named on the command line.
func readPublicKey(file string) ([]byte, error) {
	k, err := keyfile.LoadPublic(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usage(err, "--key cosign.pub; pratique keys public prints the public half of a private key")
	}
	if err != nil {
		return nil, usage(err, "--key wants a PEM public key file")
	}
	return k.PEM(), nil
}

func printable(s string) string { return wire.Printable(s) }
