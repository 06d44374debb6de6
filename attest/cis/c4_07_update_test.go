package cis

import (
	"slices"
	"testing"
)

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
			"echo ${X:-$(apt-get update)}",
			"PM=apt-get; $PM update", "PM=apt-get VERB=update; CMD=\"apt-get update\"; $CMD", "set -- apt-get update; \"$@\"",
			"apt-get -y update", "apt-get update -o Acquire::Check-Valid-Until=false", "apt-get update || true", "apt-get update && dpkg -i x.deb",
			"add-apt-repository -y ppa:x/y && apt-get update", "dnf -y update && dnf clean all", "yum update -y --exclude kernel",
			"retry() { for i in 1 2 3; do \"$@\" && return 0; sleep 1; done; }; retry apt-get update",
			"retry() { n=$1; shift; \"$@\"; }; retry 5 apt-get update",
			"pacman -Syu --noconfirm && pacman -Scc --noconfirm", "pacman -Syy",
			"su -c 'apt-get update'", "su - root -c 'apt-get update'", "runuser -l root -c 'apt-get update'", "runuser -u root -- apt-get update",
			"trap 'apt-get update' EXIT; true", "f() { apt-get update; }; trap f EXIT",
			"find / -name x -exec apt-get update \\;", "find . -exec sh -c 'apt-get update' {} +",
			"cat <<EOF | sh\napt-get update\nEOF", "echo apt-get update | bash", "printf 'apt-get %s\\n' update | sh", "bash <<< 'apt-get update'",
			"su <<EOF\napt-get update\nEOF", "sudo -u root -- bash -lc 'apt-get update'", "env -i A=b apt-get update", "timeout -k 5 300 apt-get update",
			"nice -n 10 apt-get update", "flock /lock apt-get update", "with_retry -n 3 apt-get update", "scl enable x 'yum makecache'",
			"time apt-get update", "! apt-get update", "[[ -f x ]] && apt-get update", "function f { apt-get update; }; f",
			"apt-get \\\r\n  update\r\ntrue", "coproc apt-get update", "nala update", "apt-get install x || apt-get update",
			"dnf makecache && dnf module enable nodejs", "apt-get update && apt-get install -y x | true; apt-get update -q && true || apt-get -y update",
			"apt-get update && xargs apt-get remove < x", "$ROOT/usr/bin/apt-get update",
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
			"PM=apt-get; $PM update && $PM install -y curl", "f() { apt-get install -y vim; }; apt-get update; f",
			"i() { apt-get install -y \"$@\"; }; apt-get update && i vim",
			"if a; then f() { apt-get install -y vim; }; else f() { true; }; fi; apt-get update; f",
			"until apt-get install -y x; do apt-get update; done", "apt-get install -y x || (apt-get update && apt-get install -y x)",
			"for i in 1 2 3; do apt-get install -y x && break || apt-get update; done",
			"for i in 1 2 3; do apt-get update && break || sleep 5; done; apt-get install -y x",
			"apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -qqy install x", "apt-get update && apt-get install -f -y ./x.deb",
			"set -ex; apt-get update; trap 'apt-get purge x' EXIT; apt-get install -y x", "apt-get update && apt-get build-dep -y x",
			"apt-get update && apt-get download x", "apt-get update && rosdep install --from-paths src -y", "apt-get update && npx playwright install --with-deps chromium",
			"apt-get update && gdebi -n x.deb", "apt update && apt-fast install -y x", "dnf makecache && dnf -y group install Tools", "dnf makecache && dnf module install nodejs:20",
			"pacman -Sy && pacman -Su", "pacman -Sy --noconfirm --needed git", "yum update -y && yum -y install x", "tdnf makecache && tdnf install -y x",
			"bash -lc 'apt-get update && apt-get install -y x'", "sudo sh -c 'apt-get update; apt-get install -y x'", "apt-get update && echo x | xargs apt-get install -y",
			"command -v apt-get && rm -rf update", "type apt-get update", "grep update /etc/apt/sources.list", "conda update -n base conda && apt-get install x",
			"$CONDA_DIR/bin/conda update -y && apt-get install -y x", "su -c 'apt-get update && apt-get install x'", "cargo update; apt list",
			"echo \"apt-get update\" > /x.sh", "alias u='apt-get update'", "helm repo update; apt-get install -y x", "freshclam --update; apt-get install",
		},
		Unknown: {
			"PM=$(which apt-get); $PM update && $PM install -y curl", "PM=$(command -v apt-get); $PM update", "if a; then PM=apt-get; else PM=yum; fi; $PM update",
			"apt-get update && $APT install curl",
			"apt-get update 'unclosed",
			"apt-get update)",
			"f() { apt-get update; }", "apt-get update; f() { apt-get install -y vim; }",
			"sh -c 'apt-get update; \"'",
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

// With a Dockerfile, its lines name the image's own steps, and the history what
// the base did.
func TestUpdatesOfDockerfileAndHistory(t *testing.T) {
	run := func(line int, script string, caches ...string) Step {
		return Step{At: Place{Source: SourceDockerfile, Line: line}, Instruction: "RUN", Run: RunForm{Script: script, Caches: caches}}
	}
	whole := Note{At: Place{Source: SourceDockerfile}, Why: "another frontend"}
	for name, c := range map[string]struct {
		rows    []HistoryEntry
		layers  int
		base    *BaseFact
		steps   []Step
		unclear []Note
		want    Status
		lines   []string
	}{
		"named once": {
			rows: []HistoryEntry{base(), bkRun("apt-get update")}, layers: -1, steps: []Step{run(7, "apt-get update")},
			want: Fail, lines: []string{"line 7: \"apt-get update\", and no install after it in the same RUN"},
		},
		"base's stays": {
			rows: []HistoryEntry{base(), bkRun("apt-get update"), bkRun("true")}, layers: -1, steps: []Step{run(7, "apt-get update")},
			base: &BaseFact{Layers: 2, Rows: 2}, want: Fail,
			lines: []string{
				"line 7: \"apt-get update\", and no install after it in the same RUN",
				"history row 2: \"apt-get update\", and no install after it in the same RUN",
			},
		},
		"two rows, one line": {
			rows: []HistoryEntry{base(), bkRun("apt-get update"), bkRun("apt-get update")}, layers: -1, steps: []Step{run(7, "apt-get update")},
			want: Fail, lines: []string{
				"line 7: \"apt-get update\", and no install after it in the same RUN",
				"history row 2: \"apt-get update\", and no install after it in the same RUN",
			},
		},
		"the history shows another": {
			rows: []HistoryEntry{base(), bkRun("apk update")}, layers: -1, steps: []Step{run(7, "true")},
			want: Fail, lines: []string{"history row 2: \"apk update\", and no install after it in the same RUN"},
		},
		"cache mount": {
			rows: []HistoryEntry{base(), bkRun("apt-get update")}, layers: -1, steps: []Step{run(7, "apt-get update", "/var/lib/apt/lists")},
			want: Pass, lines: []string{"no RUN in the Dockerfile or the history refreshes a package index alone"},
		},
		"unreadable history, own part": {
			rows: []HistoryEntry{base(), {CreatedBy: "bazel build"}}, layers: -1, steps: []Step{run(7, "apt-get update")},
			want: Fail,
		},
		"unreadable history": {
			rows: []HistoryEntry{base(), {CreatedBy: "bazel build"}}, layers: -1, steps: []Step{run(7, "true")},
			want: Unknown,
		},
		"another frontend": {
			rows: []HistoryEntry{base()}, layers: -1, steps: []Step{run(7, "true")}, unclear: []Note{whole},
			want: Unknown, lines: []string{"the Dockerfile: another frontend"},
		},
	} {
		contents := doc{history: c.rows, layers: c.layers}.contents(t)
		contents.Base, contents.Dockerfile = c.base, &Dockerfile{Steps: c.steps, Unclear: c.unclear}
		f := judged(t, contents, "4.7")
		if f.Status != c.want || c.lines != nil && !slices.Equal(f.Evidence, c.lines) {
			t.Errorf("%s: %s %q, want %s %q", name, f.Status, f.Evidence, c.want, c.lines)
		}
		for _, i := range f.Items {
			if name == "unreadable history" && i.Origin == OriginOwn {
				t.Errorf("%s: an own step is unknown: %q", name, i.Text)
			}
		}
	}
}

func TestUpdatesOfDockerfileAlone(t *testing.T) {
	run := func(r RunForm) Finding {
		d := &Dockerfile{Steps: []Step{{At: Place{Source: SourceDockerfile, Line: 3}, Instruction: "RUN", Run: r}}}
		facts := Facts{Dockerfile: dockerfileFact(Contents{Dockerfile: d})}
		c, _ := lookup("4.7")
		return c.finding(&facts, DefaultParameters())
	}
	for name, c := range map[string]struct {
		run  RunForm
		want Status
	}{
		"alone":                   {RunForm{Script: "apt-get update"}, Fail},
		"with install":            {RunForm{Script: "apt-get update && apt-get install -y x"}, Pass},
		"exec form":               {RunForm{Argv: []string{"apt-get", "update"}}, Fail},
		"exec form, shell":        {RunForm{Argv: []string{"/bin/bash", "-c", "apt-get update && apt-get install -y x"}}, Pass},
		"exec form, shell, alone": {RunForm{Argv: []string{"/bin/bash", "-c", "apt-get update"}}, Fail},
		"powershell":              {RunForm{Script: "apt-get update", Foreign: true}, Unknown},
		"powershell, else":        {RunForm{Script: "Install-Module x", Foreign: true}, Pass},
		"lists":                   {RunForm{Script: "apt-get update", Caches: []string{"/var/lib/apt/lists"}}, Pass},
		"parent of lists":         {RunForm{Script: "apt-get update", Caches: []string{"/var/lib/apt"}}, Pass},
		"archives":                {RunForm{Script: "apt-get update", Caches: []string{"/var/cache/apt"}}, Pass},
		"root is no cache":        {RunForm{Script: "apt-get update", Caches: []string{"/var"}}, Fail},
		"cache of another":        {RunForm{Script: "apt-get update", Caches: []string{"/var/cache/apk", "/root/.cache"}}, Fail},
		"apk":                     {RunForm{Script: "apk update", Caches: []string{"/var/cache/apk/"}}, Pass},
		"apk, other":              {RunForm{Script: "apk update", Caches: []string{"/etc/apk/cache"}}, Pass},
		"dnf":                     {RunForm{Script: "dnf makecache", Caches: []string{"/var/cache/dnf"}}, Pass},
		"yum":                     {RunForm{Script: "yum makecache", Caches: []string{"/var/cache/yum"}}, Pass},
		"zypper":                  {RunForm{Script: "zypper ref", Caches: []string{"/var/cache/zypp"}}, Pass},
		"pacman":                  {RunForm{Script: "pacman -Sy", Caches: []string{"/var/cache/pacman"}}, Pass},
	} {
		if f := run(c.run); f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
	}
}
