package cis

import "testing"

func TestUpdateScripts(t *testing.T) {
	cases := map[Status][]string{
		Fail: {
			"apt-get update",
			"apt-get -qq update -y",
			"apt update; true",
			"aptitude update",
			"DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 update",
			"sudo -E apt-get update",
			"apk update",
			"apk update && rm -rf /var/cache/apk/*",
			"zypper --non-interactive ref",
			"zypper refresh",
			"yum makecache", "dnf check-update", "yum -y update", "microdnf update", "tdnf makecache",
			"pacman -Sy", "pacman -Syu --noconfirm",
			"apt-get install -y curl && apt-get update",
			"apt-get update && apk add curl",
			"apt-get update && npm install",
			"apt-get update && pip install apt-get",
			"set -eux;\tapt-get update \\\n && rm -rf /var/lib/apt/lists/*",
			"if [ -f /etc/debian_version ]; then apt-get update; fi",
			"sh -c 'apt-get update'",
			"bash -euxo pipefail -c \"apt-get update\"",
			"eval \"apt-get update\"",
			"( apt-get update )",
			"x=$(apt-get update)",
			"echo `apt-get update`",
			"for i in 1 2 3; do apt-get update && break || sleep 5; done",
			"case $(uname -m) in x86_64) apt-get update ;; *) true ;; esac",
			"{ apt-get update; }",
			"bash <<EOF\napt-get update\nEOF",
			"cat > /tmp/x <<EOF\napt-get install curl\nEOF\napt-get update",
			"apt-get update # apt-get install curl",
			"echo apt-get install; apt-get update",
			"apt-get update 2>&1 >/dev/null | tee /log",
			"apt-\\\nget update",
			"'apt-get' \"update\"",
			"/usr/bin/apt-get update",
			"chroot /mnt apt-get update",
			"apt-get update &",
			"apt-get update && apt-get remove update install",
			"echo $((1 + 2)); apt-get update",
		},
		Pass: {
			"apt-get update && apt-get install -y nginx",
			"apt update && apt-get -y --no-install-recommends install nginx",
			"apt-get update && apt-get upgrade -y",
			"apt-get update; apt-get -o Dpkg::Use-Pty=0 dist-upgrade",
			"apk update && apk add curl", "apk add -U curl", "apk add --update curl", "apk --no-cache add curl", "apk --update add curl",
			"zypper ref && zypper in -y vim", "zypper refresh; zypper --non-interactive update",
			"yum makecache && yum -y install vim", "yum -y update && yum install -y vim", "yum update -y openssl",
			"pacman -Sy --noconfirm vim", "pacman -Sy && pacman -S vim", "pacman --sync --refresh vim",
			"update-ca-certificates", "update-alternatives --install a b c 1", "npm update", "composer update", "git submodule update --init",
			"echo update", "echo apt-get update", "echo 'run apt-get update; now'", "printf \"%s\\n\" \"apt-get update\"",
			"apt-get install -y update-notifier", "# apt-get update\ntrue", "gem update --system", "pip install -U apt-update",
			"cat <<EOF > /x.sh\napt-get update\nEOF", "cat <<-'EOF' > /x.sh\n\tapt-get update\n\tEOF\ntrue",
			"apt-get update && xargs -a pkgs apt-get install -y", "apt-get update && xargs apt-get install -y < pkgs",
			"apt-get update && sudo apt-get install -y vim",
			"sh -c 'apt-get update && apt-get install -y vim'", "bash -c \"apt-get update\" && apt-get install vim",
			"if true; then apt-get update; apt-get install -y $PKGS; fi",
			"(apt-get update && apt-get install -y vim)",
			"apt-get update \\\n    && apt-get install -y \\\n      curl \\\n  # and more\n      git",
			"savedAptMark=\"$(apt-mark showmanual)\"; apt-get update; apt-get install -y gcc; apt-mark auto '.*' > /dev/null",
			"python3 <<EOF\nprint('apt-get update')\nEOF",
			"true",
		},
		Unknown: {
			"PM=apt-get; $PM update && $PM install -y curl", "PM=apt-get; $PM update",
			"apt-get update && $APT install curl",
			"apt-get update 'unclosed",
			"apt-get update)",
			"f() { apt-get install -y vim; }; apt-get update; f",
			"echo ${X:-$(apt-get update)}",
		},
	}
	for want, scripts := range cases {
		for _, script := range scripts {
			for builder, row := range map[string]HistoryEntry{
				"buildkit": bkRun(script),
				"classic":  classic("/bin/sh -c " + script),
			} {
				f := judged(t, doc{history: []HistoryEntry{base(), row}, layers: -1}.contents(t), "4.7")
				if f.Status != want {
					t.Errorf("%s %q: %s %q, want %s", builder, script, f.Status, f.Evidence, want)
				}
			}
		}
	}
}

// The forms in which builders write a RUN.
func TestUpdateRows(t *testing.T) {
	classicBase := classic("/bin/sh -c #(nop) ADD file:abc in / ")
	cases := map[string]struct {
		rows []HistoryEntry
		want Status
	}{
		"no history":                 {nil, Unknown},
		"buildkit args":              {[]HistoryEntry{base(), bk("RUN |2 A=1 B=x y /bin/sh -c apt-get update # buildkit")}, Fail},
		"classic args":               {[]HistoryEntry{classicBase, classic("|1 API_TOKEN=abc /bin/sh -c apt-get update")}, Fail},
		"classic args, good":         {[]HistoryEntry{classicBase, classic("|1 V=1 /bin/sh -c apt-get update && apt-get install -y x")}, Pass},
		"arg before a program":       {[]HistoryEntry{base(), bk("RUN |1 A=b apt-get update node x # buildkit")}, Fail},
		"arg before other shell":     {[]HistoryEntry{base(), bk("RUN |1 A=b c pwsh -Command apt-get update # buildkit")}, Unknown},
		"arg holds the words":        {[]HistoryEntry{classicBase, classic("|1 V=apt-get update /bin/sh -c true")}, Pass},
		"buildkit exec form":         {[]HistoryEntry{base(), bk("RUN /usr/bin/apt-get update # buildkit")}, Fail},
		"classic exec form":          {[]HistoryEntry{classicBase, classic("/usr/bin/apt-get update")}, Fail},
		"classic exec form, name":    {[]HistoryEntry{classicBase, classic("apt-get update")}, Fail},
		"custom shell":               {[]HistoryEntry{classicBase, classic("/bin/bash -o pipefail -c apt-get update")}, Fail},
		"busybox shell":              {[]HistoryEntry{classicBase, classic("/bin/busybox sh -c apk update")}, Fail},
		"busybox nop":                {[]HistoryEntry{classicBase, classic("/bin/busybox sh -c #(nop)  ENV X=apt-get update")}, Pass},
		"foreign shell":              {[]HistoryEntry{classicBase, classic("/usr/bin/python3 -c os.system('apt-get update')")}, Unknown},
		"nop in a comment":           {[]HistoryEntry{classicBase, {CreatedBy: "/bin/sh -c apt-get update #(nop)  CMD x"}}, Fail},
		"nop in a comment, as copy":  {[]HistoryEntry{classicBase, {CreatedBy: "/bin/sh -c apt-get update #(nop)  COPY dir:x in /y"}}, Fail},
		"nop in a comment, flag":     {[]HistoryEntry{classicBase, {CreatedBy: "/bin/sh -c apt-get update -y #(nop)  COPY dir:x in /y"}}, Fail},
		"nop in a comment, buildkit": {[]HistoryEntry{base(), bkRun("apt-get update #(nop)  COPY x in /y")}, Fail},
		"other builder on top":       {[]HistoryEntry{base(), {CreatedBy: "bazel build ..."}}, Unknown},
		"kaniko says run":            {[]HistoryEntry{base(), {CreatedBy: "RUN apt-get update"}}, Fail},
		"kaniko says good run":       {[]HistoryEntry{base(), {CreatedBy: "RUN apt-get update && apt-get install -y x"}}, Unknown},
		"only an import":             {[]HistoryEntry{{Comment: "Imported from -"}}, Unknown},
		"built on an import":         {[]HistoryEntry{{Comment: "Imported from -"}, bkRun("true")}, Pass},
		"debian base":                {[]HistoryEntry{{CreatedBy: "# debian.sh --arch 'amd64' out/ 'bookworm' '@1'", Comment: "debuerreotype 0.15"}, bkRun("true")}, Pass},
		"commit of a shell":          {[]HistoryEntry{base(), {CreatedBy: "/bin/bash"}}, Unknown},
		"heredoc":                    {[]HistoryEntry{base(), bk("RUN /bin/sh -c apt-get update\napt-get install -y vim\n # buildkit")}, Pass},
	}
	for name, c := range cases {
		f := judged(t, doc{history: c.rows, layers: -1}.contents(t), "4.7")
		if f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
	}
}

func TestHistoryThatDoesNotFitTheLayersIsUnknown(t *testing.T) {
	rows := []HistoryEntry{base(), bkRun("true")}
	for _, n := range []int{0, 1, 3} {
		for _, id := range []string{"4.7", "4.9"} {
			if f := judged(t, doc{history: rows, layers: n}.contents(t), id); f.Status != Unknown {
				t.Errorf("%s with %d layers: %s %q", id, n, f.Status, f.Evidence)
			}
		}
	}
}

func TestCommitOfTheImagesOwnCommandIsUnknown(t *testing.T) {
	d := doc{
		run:     map[string]any{"Cmd": []string{"/usr/sbin/nginx", "-g", "daemon off;"}},
		history: []HistoryEntry{base(), {CreatedBy: "/usr/sbin/nginx -g daemon off;"}}, layers: -1,
	}
	if f := judged(t, d.contents(t), "4.7"); f.Status != Unknown {
		t.Errorf("%s %q", f.Status, f.Evidence)
	}
}
