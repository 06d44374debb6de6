package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/policy"
)

// policyFlags say by what to judge: a policy file, or cosign's flags alone.
type policyFlags struct {
	file        string
	keys        []string
	types       []string
	annotations []string
	ignoreTlog  bool
	keyless     string

	// trial is set where nothing is decided, so that drafts of a policy can be
	// tried without their serials being remembered.
	trial bool
	said  func(flag string) bool // nil where there are no flags
}

func (p *policyFlags) add(cmd *cobra.Command) {
	p.said = cmd.Flags().Changed
	cmd.Flags().StringVar(&p.file, "policy", "", "policy `file` (default $PRATIQUE_POLICY, then the user's config folder)")
	p.addKeys(cmd)
}

func (p *policyFlags) addKeys(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&p.keys, "key", nil, "public key `file`; the image must be signed with it (repeatable: with any of them)")
	f.StringArrayVar(&p.types, "type", nil, "the image must also carry an attestation of this predicate `type`, signed with the key: cis-docker-image, slsaprovenance1, spdxjson, … or a URI")
	f.StringArrayVarP(&p.annotations, "annotations", "a", nil, "the signature must carry this annotation, `name=value`")
	f.BoolVar(&p.ignoreTlog, "insecure-ignore-tlog", false, "accepted as in cosign; with keys no transparency log is demanded anyway (use log: required in a policy)")
}

// addKeyless takes cosign's flags for keyless signatures, to say that they are
// not checked rather than that nobody knows them.
func (p *policyFlags) addKeyless(cmd *cobra.Command) {
	f := cmd.Flags()
	for _, name := range keylessFlags() {
		f.StringVar(&p.keyless, name, "", "accepted by cosign; keyless signatures are not checked by this version")
		if err := f.MarkHidden(name); err != nil {
			panic(err) // the flag was made a line above
		}
	}
}

func keylessFlags() []string {
	return []string{"certificate-identity", "certificate-identity-regexp", "certificate-oidc-issuer", "certificate-oidc-issuer-regexp"}
}

// check refuses flags that would be left aside: --policy "$UNSET" would judge
// by another policy than the one that was meant.
func (p policyFlags) check() error {
	if p.keyless != "" {
		return usage(errors.New("keyless signatures are not checked by this version"), "name the key that must have signed: --key cosign.pub")
	}
	if len(p.keys) == 0 && len(p.types)+len(p.annotations) > 0 {
		return usage(errors.New("--type and --annotations need --key"), "name the key that must have signed: --key cosign.pub")
	}
	if p.file == "" && p.said != nil && p.said("policy") {
		return usage(errors.New("--policy names no file"), "--policy policy.yaml, or leave it out")
	}
	return nil
}

// documents loads every policy that has a say, the system's first. Each must
// allow; none can lift what another demands (S4).
func (a *app) documents(p policyFlags) ([]*policy.Document, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	var docs []*policy.Document
	a.policyFile = p.file
	path, explicit := a.policyPath(p)
	for _, file := range []string{a.env.SystemPolicy, path} {
		if file == "" {
			continue
		}
		doc, err := a.loadPolicy(file, p.trial)
		if isAbsent(err) && (file != path || !explicit) {
			continue // a default place, and nothing there
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	if len(p.keys) > 0 {
		doc, err := p.document()
		if err != nil {
			return nil, err
		}
		for _, f := range policy.Lint(doc, a.env.Now()) {
			if f.Code == "scan-not-judged" {
				a.note("--type vuln asks for a signed scan result and does not judge what it found; a policy with vulnerabilities: does (pratique policy init)")
			}
		}
		docs = append(docs, doc)
	}
	if len(docs) == 0 {
		return nil, usage(errors.New("no policy: nothing says who may vouch for the image"),
			"pratique verify --key cosign.pub IMAGE, or pratique policy init > policy.yaml and --policy policy.yaml")
	}
	return docs, nil
}

// policyPath is the user's policy: the flag, PRATIQUE_POLICY, or the config
// folder; explicit if the user named it. With --key alone the flags are the
// policy. The working directory is never looked at.
func (a *app) policyPath(p policyFlags) (path string, explicit bool) {
	if p.file != "" {
		return p.file, true
	}
	if f := a.env.getenv("PRATIQUE_POLICY"); f != "" {
		return f, true
	}
	if len(p.keys) > 0 {
		return "", false
	}
	return a.userPolicy(), false
}

func (a *app) userPolicy() string {
	if d := a.env.getenv("XDG_CONFIG_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "pratique", "policy.yaml")
	}
	if home := a.env.getenv("HOME"); home != "" {
		return filepath.Join(home, ".config", "pratique", "policy.yaml")
	}
	return ""
}

// absent is that there is no policy at a place, and nothing else: a state
// folder that is not there must not read as if there were no policy.
type absent struct{ error }

func isAbsent(err error) bool {
	var a absent
	return errors.As(err, &a)
}

// missing reports whether there is nothing at all at a path. A link that leads
// nowhere is something: whoever made it meant a policy to be there.
func missing(path string) bool {
	for {
		if _, err := os.Lstat(path); err == nil {
			_, err = os.Stat(path)
			return err == nil // a folder above, that is there
		} else if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
			return false
		}
		path = filepath.Dir(path)
	}
}

// loadPolicy reads a policy and, where something is decided by it, refuses one
// older than was seen before.
func (a *app) loadPolicy(file string, trial bool) (*policy.Document, error) {
	doc, err := gate.LoadPolicy(file)
	if errors.Is(err, fs.ErrNotExist) && missing(file) {
		return nil, usage(absent{err}, "pratique policy init > "+file)
	}
	if err != nil {
		return nil, usage(err, "pratique policy lint "+file)
	}
	a.detail("policy %s, %s, serial %d", file, doc.Ref().Name, doc.Ref().Serial)
	if trial {
		return doc, nil
	}
	if err := a.newest(file, doc); err != nil {
		return nil, err
	}
	return doc, nil
}

// newest refuses a policy older than was seen before, and remembers it.
func (a *app) newest(file string, doc *policy.Document) error {
	err := gate.CheckSerial(a.stateDir(), file, doc.Ref())
	if errors.Is(err, gate.ErrRollback) {
		return usage(err, "deploy the newest policy, or raise metadata.serial if this one is newer")
	}
	if err != nil {
		return failed(err, "$XDG_STATE_HOME, or ~/.local/state, has to be a folder that can be written")
	}
	return nil
}

// document is the one-rule policy that the flags mean.
func (p policyFlags) document() (*policy.Document, error) {
	annotations, err := parseAnnotations(p.annotations)
	if err != nil {
		return nil, err
	}
	flags := policy.Flags{Types: p.types, Annotations: annotations}
	for _, file := range p.keys {
		pem, err := readPublicKey(file)
		if err != nil {
			return nil, err
		}
		flags.Keys = append(flags.Keys, policy.FlagKey{File: file, PEM: pem})
	}
	doc, err := policy.FromFlags(flags)
	if err != nil {
		return nil, usage(err, "")
	}
	return doc, nil
}
