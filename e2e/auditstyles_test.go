//go:build e2e

package e2e

import (
	"archive/tar"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/e2e/component"
	"github.com/pratique-dev/pratique/e2e/lab"
)

// files is a layer of plain files.
func files(content map[string]string) func(io.Writer) error {
	return func(w io.Writer) error {
		t := tar.NewWriter(w)
		for name, text := range content {
			if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
				return err
			}
			if _, err := io.WriteString(t, text); err != nil {
				return err
			}
		}
		return t.Close()
	}
}

func pushed(t *testing.T, host, name string, layers ...func(io.Writer) error) string {
	t.Helper()
	reference := fmt.Sprintf("%s/lab/%s%d:1", host, name, siteNumber.Add(1))
	if err := (lab.Bulk{Layers: layers}).Push(reference); err != nil {
		t.Fatal(err)
	}
	return reference
}

// TestAudit_Apk: an Alpine-style image: busybox for everything, apk's database as text. There is no apk
// in Debian to make a real one.
func TestAudit_Apk(t *testing.T) {
	busybox, err := os.ReadFile(component.Busybox)
	if err != nil {
		t.Fatal(err)
	}
	const database = "C:Q1\nP:musl\nV:1.2.5-r9\nA:x86_64\nI:667648\nT:the musl c library\n\n" +
		"C:Q1\nP:busybox\nV:1.37.0-r12\nA:x86_64\nI:950272\nT:Size optimized toolbox\n\n"
	image := pushed(t, shared.registries[fallbackTag].Host, "apk", files(map[string]string{
		"bin/busybox": string(busybox), "bin/sh": string(busybox), "lib/apk/db/installed": database,
		"etc/os-release": "ID=alpine\nVERSION_ID=3.22.0\n", "sbin/apk": "#!/bin/sh\n",
	}))
	a, _ := auditOf(t, 0, image)
	a.wants(t, "4.3 manual, 4.8 pass")
	a.says(t, "4.3", "2 packages (apk)")
	if a.Facts.Kind != "full" || a.Facts.Distribution != "alpine 3.22.0" {
		t.Errorf("%+v", a.Facts)
	}
}

// TestAudit_Rpm: a database that rpm itself wrote. Debian's writes sqlite only.
func TestAudit_Rpm(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"first", "second"} {
		program(t, component.Rpm, "--root", root, "--justdb", "--nodeps", "--noscripts", "--define", "_dbpath /var/lib/rpm", "-i", rpmPackage(t, name))
	}
	layer := filepath.Join(t.TempDir(), "layer.tar")
	program(t, "tar", "-C", root, "-cf", layer, "./var/lib/rpm")
	image := pushed(t, shared.registries[fallbackTag].Host, "rpm", lab.FileLayer(layer))
	a, _ := auditOf(t, 0, image)
	a.wants(t, "4.3 manual")
	a.says(t, "4.3", "2 packages (rpm)")
}

// rpmPackage builds a package without files.
func rpmPackage(t *testing.T, name string) string {
	t.Helper()
	top := t.TempDir()
	spec := filepath.Join(top, name+".spec")
	text := "Name: " + name + "\nVersion: 1.0\nRelease: 1\nSummary: a test\nLicense: none\nBuildArch: noarch\n%description\nA test.\n%files\n"
	if err := os.WriteFile(spec, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	program(t, component.Rpmbuild, "-bb", "--define", "_topdir "+top, spec)
	return filepath.Join(top, "RPMS", "noarch", name+"-1.0-1.noarch.rpm")
}

func program(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// TestSwappedLayer_IsRefused: somebody between the registry and us hands out another layer, a sound one.
// Peers read it and find nothing.
func TestSwappedLayer_IsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		host := shared.registries[kind].Host
		harmless := pushed(t, host, "harmless", files(map[string]string{"etc/motd": "welcome"}))
		image := pushed(t, host, "swapped", files(map[string]string{"root/.aws/credentials": "aws_secret_access_key = none"}))
		other, _, err := lab.OpenRepo(harmless).Get("1")
		if err != nil {
			t.Fatal(err)
		}
		this, _, err := lab.OpenRepo(image).Get("1")
		if err != nil {
			t.Fatal(err)
		}
		recorder := lab.Record(host)
		defer recorder.Stop()
		recorder.Around(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, this.Layers[0].Digest) {
					r.URL.Path = "/v2/" + strings.TrimPrefix(lab.Repository(harmless), host+"/") + "/blobs/" + other.Layers[0].Digest
				}
				next.ServeHTTP(w, r)
			})
		})
		through := recorder.Host + strings.TrimPrefix(image, host)
		r := shared.Run(t.Context(), shared.programs["pratique"], "audit", "--allow-http-registry", "--no-cache", through)
		if r.Exit != 1 || !strings.Contains(string(r.Stderr), "does not verify") {
			t.Errorf("want a refusal: %s", r)
		}
	})
}
