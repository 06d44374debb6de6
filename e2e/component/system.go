package component

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// DebianRoot is the file name of a Debian root file system: a tar of what debootstrap makes.
const DebianRoot = "debian-bookworm-minbase-1.tar"

// mirror is where debootstrap fetches from.
const mirror = "http://deb.debian.org/debian"

// The programs that come as Debian packages.
const (
	Dockerd     = "/usr/sbin/dockerd"
	Docker      = "/usr/bin/docker"
	Rpm         = "/usr/bin/rpm"
	Rpmbuild    = "/usr/bin/rpmbuild"
	Debootstrap = "/usr/sbin/debootstrap"
	Busybox     = "/bin/busybox"
)

// packages says which package brings which program.
func packages() map[string]string {
	return map[string]string{
		Dockerd: "docker.io", Docker: "docker.io", Rpm: "rpm", Rpmbuild: "rpm", Debootstrap: "debootstrap", Busybox: "busybox-static",
	}
}

// Install fetches the Debian packages this machine does not have. It needs root only if one is
// missing.
func Install(ctx context.Context) error {
	missing := map[string]bool{}
	for program, name := range packages() {
		if _, err := os.Stat(program); err != nil {
			missing[name] = true
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("installing Debian packages that are missing needs root: apt-get install docker.io debootstrap rpm busybox-static")
	}
	args := []string{"install", "-y", "-q", "--no-install-recommends"}
	for name := range missing {
		args = append(args, name)
	}
	if err := apt(ctx, "update", "-q"); err != nil {
		return err
	}
	return apt(ctx, args...)
}

func apt(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, "apt-get", args...)
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// BuildDebian makes the Debian root file system in dir, unless it is there.
func BuildDebian(ctx context.Context, dir string) error {
	target := filepath.Join(dir, DebianRoot)
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	work, err := os.MkdirTemp(dir, ".debian-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	root, made := filepath.Join(work, "root"), filepath.Join(work, "root.tar")
	for _, line := range [][]string{
		{Debootstrap, "--variant=minbase", "bookworm", root, mirror},
		{"tar", "--numeric-owner", "--one-file-system", "--exclude=./var/cache/apt/archives/*.deb", "-C", root, "-cf", made, "."},
	} {
		if out, err := exec.CommandContext(ctx, line[0], line[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, out)
		}
	}
	return os.Rename(made, target)
}
