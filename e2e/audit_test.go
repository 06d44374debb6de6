//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pratique-dev/pratique/e2e/component"
	"github.com/pratique-dev/pratique/e2e/lab"
)

// audit is the part of pratique.audit/v1 that the tests look at.
type audit struct {
	Schema, Digest, Platform string
	Base                     struct {
		Ref, How string
		Layers   int
	}
	Facts struct {
		Kind, Distribution string
		Layers             int
	}
	Controls []auditControl
}

type auditControl struct {
	ID, Status, Effect, Origin string
	Evidence                   []string
	Items                      []auditItem
}

type auditItem struct {
	Status, Origin, Text, Source, Path string
	Layer, Line                        int
}

func (a audit) control(id string) auditControl {
	for _, c := range a.Controls {
		if c.ID == id {
			return c
		}
	}
	return auditControl{}
}

// wants checks statuses, written as "4.1 pass, 4.6 fail".
func (a audit) wants(t *testing.T, list string) {
	t.Helper()
	for _, one := range strings.Split(list, ", ") {
		id, status, _ := strings.Cut(one, " ")
		if c := a.control(id); c.Status != status {
			t.Errorf("control %s is %q, want %s: %q", id, c.Status, status, c.Evidence)
		}
	}
}

// says checks that some evidence of a control holds a text.
func (a audit) says(t *testing.T, id, text string) {
	t.Helper()
	if c := a.control(id); !strings.Contains(strings.Join(c.Evidence, "\n"), text) {
		t.Errorf("control %s does not say %q: %q", id, text, c.Evidence)
	}
}

// auditOf runs pratique audit -o json on anything.
func auditOf(t *testing.T, want int, args ...string) (audit, lab.Result) {
	t.Helper()
	words := append([]string{shared.programs["pratique"], "audit", "--allow-http-registry", "-o", "json"}, args...)
	r := shared.Run(t.Context(), words...)
	if r.Exit != want {
		t.Fatalf("want exit %d: %s", want, r)
	}
	var a audit
	if err := json.Unmarshal(r.Stdout, &a); err != nil {
		t.Fatalf("stdout is not one JSON document: %v\n%s", err, r)
	}
	return a, r
}

// engines holds the one engine, started by the first test that needs it.
type engines struct {
	once   sync.Once
	engine *lab.Engine
	err    error
}

func (e *engines) get() (*lab.Engine, error) {
	e.once.Do(func() { e.engine, e.err = lab.StartEngine(context.Background(), shared.Dir) })
	return e.engine, e.err
}

func (e *engines) stop() {
	if e.engine != nil {
		e.engine.Stop()
	}
}

// docker runs the docker CLI against our own engine.
func docker(t *testing.T, env []string, stdin *os.File, args ...string) string {
	t.Helper()
	e, err := shared.engines.get()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), component.Docker, args...)
	command.Env = append(append(os.Environ(), "DOCKER_HOST="+e.Host, "DOCKER_CONFIG="+shared.Path("docker-config")), env...)
	if stdin != nil {
		command.Stdin = stdin
	}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// debian is the name of a Debian image in our engine.
func debian(t *testing.T) string {
	t.Helper()
	const name = "lab/debian:bookworm"
	if docker(t, nil, nil, "images", "-q", name) != "" {
		return name
	}
	dir, err := component.Dir()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, component.DebianRoot))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	docker(t, nil, f, "import", "-c", `CMD ["bash"]`, "-", name)
	return name
}

// TestAudit_Debian: a real distribution, the same from everywhere it can be read.
func TestAudit_Debian(t *testing.T) {
	name := debian(t)
	e, err := shared.engines.get()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	saved := filepath.Join(dir, "debian.tar")
	docker(t, nil, nil, "save", "-o", saved, name)
	reference := shared.registries[fallbackTag].Host + "/lab/debian:bookworm"
	if _, err := lab.PushArchive(saved, reference, nil); err != nil {
		t.Fatal(err)
	}
	if err := lab.LayOut(reference, filepath.Join(dir, "layout"), "bookworm"); err != nil {
		t.Fatal(err)
	}
	shared.Env = append(shared.Env, "DOCKER_HOST="+e.Host)
	var first string
	for _, image := range []string{reference, "oci:" + filepath.Join(dir, "layout") + ":bookworm", "docker-archive:" + saved, "docker-daemon:" + name} {
		a, _ := auditOf(t, 0, image)
		a.wants(t, "4.1 fail, 4.3 manual, 4.5 not-applicable, 4.6 fail, 4.8 fail")
		a.says(t, "4.3", "(dpkg)")
		if n := len(a.control("4.8").Items); n < 8 {
			t.Errorf("%s: %d set-uid files, a Debian has more", image, n)
		}
		if a.Facts.Kind != "full" || !strings.HasPrefix(a.Facts.Distribution, "debian 12") {
			t.Errorf("%s: %+v", image, a.Facts)
		}
		controls, err := json.Marshal(a.Controls)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(controls)
		}
		if string(controls) != first {
			t.Errorf("%s: other findings than from the registry:\n%s\n%s", image, controls, first)
		}
	}
	if installed := dpkgCount(t); !strings.Contains(first, fmt.Sprintf("%d packages (dpkg)", installed)) {
		t.Errorf("dpkg counts %d packages: %s", installed, first)
	}
}

// dpkgCount asks dpkg itself how many packages the root file system has.
func dpkgCount(t *testing.T) int {
	t.Helper()
	dir, err := component.Dir()
	if err != nil {
		t.Fatal(err)
	}
	admin := t.TempDir()
	if out, err := exec.Command("tar", "-C", admin, "-xf", filepath.Join(dir, component.DebianRoot), "./var/lib/dpkg").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command("dpkg-query", "--admindir="+filepath.Join(admin, "var/lib/dpkg"), "-W", "-f", "${db:Status-Status}\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(out), "installed\n")
}

// canary is shaped like a credential and is none; it is put together here, so that no file of ours
// holds one.
func canary(prefix string, n int) string {
	const alphabet = "k3Jx9QmZp7VtR2bLw8YsN5cHd4GfA6uE1"
	return prefix + strings.Repeat(alphabet, n/len(alphabet)+1)[:n]
}

// dockerfile breaks most controls, each in its own line.
const dockerfile = `FROM lab/debian:bookworm
ARG API_TOKEN
ENV APP_MODE=production
RUN echo 'app:x:10001:10001::/app:/usr/sbin/nologin' >> /etc/passwd
RUN apt-get update || true
RUN true || apt-get install -y --allow-unauthenticated curl
ADD app.sh /app/app.sh
COPY token.env /app/.env
RUN rm /app/.env
RUN chmod 4755 /app/app.sh && chmod u-s /bin/su
HEALTHCHECK CMD ["/app/app.sh"]
USER app
CMD ["/app/app.sh"]
`

// TestAudit_BuiltImages: an image built by the real engine, with and without BuildKit: every finding
// has its line, its layer and its origin, and no secret is shown.
func TestAudit_BuiltImages(t *testing.T) {
	base := debian(t)
	argument, file := canary("gh"+"p_", 36), canary("glp"+"at-", 24)
	dir := t.TempDir()
	for name, text := range map[string]string{"Dockerfile": dockerfile, "app.sh": "#!/bin/sh\nexit 0\n", "token.env": "DEPLOY_TOKEN=" + file + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, builder := range []string{"0", "1"} {
		t.Run("DOCKER_BUILDKIT="+builder, func(t *testing.T) {
			name := "lab/built" + builder + ":1"
			docker(t, []string{"DOCKER_BUILDKIT=" + builder}, nil, "build", "-q", "--network=none", "--build-arg", "API_TOKEN="+argument, "-t", name, dir)
			a, r := auditOf(t, 3, "--base", "docker-daemon:"+base, "docker-daemon:"+name)
			a.wants(t, "4.1 pass, 4.2 manual, 4.6 pass, 4.7 fail, 4.8 fail, 4.10 fail, 4.11 fail")
			a.says(t, "4.1", "10001")
			a.says(t, "4.7", "apt-get update")
			if a.Base.Layers != 1 || a.Base.How != "given" {
				t.Errorf("base %+v", a.Base)
			}
			checkOrigins(t, a)
			b, s := auditOf(t, 3, "--base", "docker-daemon:"+base, "--dockerfile", filepath.Join(dir, "Dockerfile"), "docker-daemon:"+name)
			b.wants(t, "4.7 fail, 4.9 fail, 4.11 fail")
			for id, line := range map[string]int{"4.7": 5, "4.9": 7, "4.11": 6} {
				if !slices.ContainsFunc(b.control(id).Items, func(i auditItem) bool { return i.Line == line }) {
					t.Errorf("control %s has nothing at line %d: %+v", id, line, b.control(id).Items)
				}
			}
			for _, secret := range []string{argument, file} {
				for _, r := range []lab.Result{r, s} {
					if strings.Contains(string(r.Stdout)+string(r.Stderr), secret[5:]) {
						t.Errorf("a secret is shown: %s", r)
					}
				}
			}
		})
	}
}

// checkOrigins: what the base brings is the base's, what the Dockerfile adds is one's own, a bit that a
// later layer takes away is gone, and a file that a later layer deletes is still found.
func checkOrigins(t *testing.T, a audit) {
	t.Helper()
	seen := map[string]string{}
	for _, i := range append(a.control("4.8").Items, a.control("4.10").Items...) {
		if i.Path != "" {
			seen[i.Path] = i.Origin
		}
	}
	for path, origin := range map[string]string{"usr/bin/passwd": "base", "app/app.sh": "own", "app/.env": "own"} {
		if seen[path] != origin {
			t.Errorf("%s is %q, want %s: %v", path, seen[path], origin, seen)
		}
	}
	for _, path := range []string{"bin/su", "usr/bin/su"} {
		if origin, ok := seen[path]; ok {
			t.Errorf("%s (%s) is no longer set-uid", path, origin)
		}
	}
	a.says(t, "4.10", "deleted")
}
