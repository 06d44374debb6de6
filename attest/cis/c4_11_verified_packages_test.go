package cis

import (
	"slices"
	"strings"
	"testing"
)

// rulesOf are the rules that match a RUN, doubtful ones with a question mark.
func rulesOf(t *testing.T, r RunForm) string {
	t.Helper()
	fact := switchesOf([]Step{{Instruction: "RUN", Run: r}}, nil)
	var out []string
	for _, h := range fact.Hits {
		rule := h.Rule
		if h.Doubtful {
			rule += "?"
		}
		if !slices.Contains(out, rule) {
			out = append(out, rule)
		}
	}
	for _, n := range fact.Unclear {
		out = append(out, "unclear: "+n.Why)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestSwitchesInRuns(t *testing.T) {
	for want, scripts := range map[string][]string{
		"apt-allow-unauthenticated": {
			"apt-get install -y --allow-unauthenticated x", "apt-get -o APT::Get::AllowUnauthenticated=true install x",
			"apt-get -oAPT::Get::AllowUnauthenticated=1 install x", "aptitude --allow-untrusted install x", "debootstrap --no-check-gpg sid /r",
			"echo 'APT::Get::AllowUnauthenticated \"true\";' > /etc/apt/apt.conf.d/99x",
			"P='apt-get --allow-unauthenticated'; $P install x", "sudo apt install --allow-unauthenticated x",
		},
		"apt-force-yes": {"apt-get -y --force-yes install x", "echo 'APT::Get::force-yes \"1\";' >> /etc/apt/apt.conf"},
		"apt-trusted": {
			"echo 'deb [trusted=yes] http://x ./' > /etc/apt/sources.list.d/x.list", "echo \"deb [arch=amd64 trusted=yes] http://$X ./\" | tee -a /etc/apt/sources.list",
			"echo 'deb [trusted=yes] http://x ./' | sudo tee /etc/apt/sources.list.d/x.list >/dev/null",
			"add-apt-repository 'deb [trusted=yes] http://x ./'", "sed -i 's/^deb /deb [trusted=yes] /' /etc/apt/sources.list",
			"sed -i -e 's#^deb #deb [trusted=yes] #g' /etc/apt/sources.list", "cat > /etc/apt/sources.list.d/x.sources <<EOF\nTypes: deb\nURIs: https://x\nTrusted: yes\nEOF",
			"printf 'deb [trusted=yes] %s ./\\n' http://x > /etc/apt/sources.list", "echo 'deb [trusted=yes] http://x ./' > $R/etc/apt/sources.list",
		},
		"apt-trusted?":              {"echo 'deb [trusted=yes] file:/repo ./' > /etc/apt/sources.list.d/x.list", "f() { add-apt-repository 'deb [trusted=yes] http://x ./'; }"},
		"apt-insecure-repositories": {"apt-get update --allow-insecure-repositories", "apt-get -o Acquire::AllowInsecureRepositories=true update"},
		"apk-allow-untrusted":       {"apk add --allow-untrusted x.apk", "apk --no-cache --allow-untrusted add x"},
		"rpm-nosignature":           {"rpm -ivh --nosignature x.rpm", "rpm --nodigest -U x.rpm", "rpm --install --noverify x.rpm"},
		"yum-nogpgcheck":            {"yum install -y --nogpgcheck x", "dnf --nogpgcheck install x", "tdnf install --nogpgcheck x", "dnf5 install --no-gpgchecks x", "timeout 60 yum -y --nogpgcheck install x"},
		"yum-gpgcheck-off": {
			"yum install --setopt=gpgcheck=0 x", "dnf --setopt x.gpgcheck=false install y", "yum-config-manager --save --setopt=x.gpgcheck=0", "dnf config-manager setopt x.gpgcheck=0",
			"echo -e '[x]\\nbaseurl=http://x\\ngpgcheck=0' > /etc/yum.repos.d/x.repo", "echo gpgcheck=0 >> /etc/yum.conf", "printf '[x]\\ngpgcheck = 0\\n' | tee /etc/yum.repos.d/x.repo",
			"cat <<EOF > /etc/yum.repos.d/x.repo\n[x]\nenabled=1\ngpgcheck=0\nEOF", "cat <<EOF | tee /etc/yum.repos.d/x.repo\ngpgcheck=0\nEOF",
			"{ echo '[x]'; echo 'gpgcheck=0'; } > /etc/yum.repos.d/x.repo", "sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/*.repo",
			"sed -i -e 's/enabled=0/enabled=1/' -e 's/^gpgcheck=.*/gpgcheck=0/g' /etc/dnf/dnf.conf", "sed -i 's/enabled=0/enabled=1/;s/gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/x.repo",
			"sed -i '/\\[x\\]/a gpgcheck=0' /etc/yum.repos.d/x.repo", "sed -i '$ a\\gpgcheck=0' /etc/yum.conf", "sed 's/gpgcheck=1/gpgcheck=0/' x > /etc/yum.repos.d/x.repo",
			"bash -c \"echo gpgcheck=0 >> /etc/yum.conf\"", "sudo tee /etc/yum.repos.d/x.repo <<'EOF'\ngpgcheck=0\nEOF",
		},
		"yum-gpgcheck-off?":    {"printf '[x]\\nenabled=0\\ngpgcheck=0\\n' > /etc/yum.repos.d/x.repo"},
		"yum-sslverify-off":    {"yum --setopt=sslverify=0 install x", "echo sslverify=false >> /etc/yum.conf"},
		"zypper-no-gpg-checks": {"zypper --no-gpg-checks in x", "zypper ar -G http://x y", "zypper addrepo --no-gpgcheck http://x y", "echo 'gpgcheck = off' >> /etc/zypp/zypp.conf"},
		"pip-trusted-host": {
			"pip install --trusted-host x y", "pip3.11 install --trusted-host=x y", "python3 -m pip install --trusted-host x y", "pip config set global.trusted-host x",
			"printf '[global]\\ntrusted-host = x\\n' > ~/.pip/pip.conf", "uv pip install --allow-insecure-host x y", "echo 'trusted-host=x' >> /etc/pip.conf",
		},
		"npm-strict-ssl-off": {
			"npm config set strict-ssl false", "npm set strict-ssl=false", "yarn config set strict-ssl false -g", "npm install --strict-ssl=false", "npm i --no-strict-ssl",
			"echo strict-ssl=false >> ~/.npmrc", "yarn config set \"strict-ssl\" false", "echo 'strict-ssl false' > /root/.yarnrc", "echo 'enableStrictSsl: false' > .yarnrc.yml",
			"yarn config set enableStrictSsl false",
		},
		"curl-insecure":               {"curl -k https://x -o y", "curl --insecure https://x", "curl -fsSLk https://x", "curl -sko y https://x", "env A=b curl -Lk x", "echo insecure >> ~/.curlrc", "x=$(curl -k y)", "sh -c 'curl -k x'", "curl -H 'A: b' -k x"},
		"wget-no-check-certificate":   {"wget --no-check-certificate https://x", "wget -q --no-check-certificate -O y https://x", "echo 'check_certificate = off' >> ~/.wgetrc"},
		"git-ssl-no-verify":           {"git config --global http.sslVerify false", "git -c http.sslVerify=false clone x", "GIT_SSL_NO_VERIFY=1 git clone x", "export GIT_SSL_NO_VERIFY=true", "git config http.https://x.sslverify 0", "env GIT_SSL_NO_VERIFY=1 git fetch", "printf '[http]\\n\\tsslVerify = false\\n' > /root/.gitconfig"},
		"python-https-verify-off":     {"PYTHONHTTPSVERIFY=0 python x", "export PYTHONHTTPSVERIFY=0; python x"},
		"node-tls-reject-off":         {"NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci", "export A=b NODE_TLS_REJECT_UNAUTHORIZED='0'"},
		"pip-trusted-host-env":        {"PIP_TRUSTED_HOST=x pip install y"},
		"npm-strict-ssl-env":          {"NPM_CONFIG_STRICT_SSL=false npm i", "npm_config_strict_ssl=false npm i"},
		"conda-ssl-verify-off":        {"conda config --set ssl_verify no", "echo 'ssl_verify: false' > ~/.condarc", "conda install -k x"},
		"apt-verify-peer-off?":        {"echo 'Acquire::https::Verify-Peer \"false\";' > /etc/apt/apt.conf.d/x"},
		"curl-insecure pipe-to-shell": {"curl -k https://x | sh"},
		"pipe-to-shell": {
			"curl https://x | sh", "curl -fsSL https://x | sudo -E bash -", "wget -qO- https://x | bash -s -- -y", "wget -O - https://x | python3", "curl x | python3 -",
			"curl x | perl", "curl -sS https://getcomposer.org/installer | php -- --install-dir=/usr/bin", "curl x | sed 's/a/b/' | sh", "curl x | tee y | sh", "curl x | gunzip | bash",
			"bash -c \"$(curl -fsSL x)\"", "sh -c \"`wget -qO- x`\"", "sh -c \"$(curl -L x)\" '' --unattended", "eval \"$(curl x)\"", "sh <(curl x)", "bash <(wget -qO- x) -y", ". <(curl x)", "source <(curl x)",
			"ruby -e \"$(curl -fsSL x)\"", "python -c \"$(curl x)\"", "bash <<< \"$(curl x)\"", "x=$(curl y); sh -c \"$x\"", "x=$(curl y); echo \"$x\" | sh", "curl x | source /dev/stdin",
			"set -o pipefail; curl x | env A=b sh", "curl x | (cd /y && sh)", "su -c 'curl x | sh'", "curl x | sh && sha256sum -c y", "$(curl x)", "curl x|bash>/dev/null",
			"f() { curl x | sh; }; f", "curl x | sh -s", "curl x | bash /dev/stdin a", "C=\"curl -sL\"; $C x | sh", "nvm_install() { wget -qO- x | bash; }; nvm_install",
			"curl -o - x | sh", "fetch -o - x | sh", "lwp-request x | sh", "sh -c \"set -e; $(curl x)\"",
		},
		"pipe-to-shell?": {"f() { curl x | sh; }"},
		"download-executed": {
			"curl -Lo /usr/local/bin/x https://x/y && chmod +x /usr/local/bin/x", "curl -o x https://y && chmod 755 x", "wget https://x/y.sh && sh y.sh", "wget https://x/y.sh; chmod a+x y.sh; ./y.sh", "curl -O https://x/y.py && python y.py", "curl https://x > /tmp/i.sh && bash /tmp/i.sh", "wget -O i.sh https://x && bash ./i.sh", "wget -P /tmp https://x/y && chmod u+x /tmp/y",
			"wget -qO /tmp/y https://x && install -m 755 /tmp/y /usr/local/bin/y", "curl x | tee /usr/bin/y; chmod +x /usr/bin/y", "F=/tmp/y; curl -o $F x; chmod +x $F",
			"cd /tmp && curl -O https://x/y?z=1 && chmod +x /tmp/y", "curl -L x | gunzip > /usr/bin/y && chmod +x /usr/bin/y", "curl -sSLo y x; sha256sum y; chmod +x y",
			"curl --output-dir /tmp -o y x; chmod +x /tmp/y", "curl -o a x; mv a b; chmod +x b", "curl -o x https://y; chmod =rx x", "aria2c -o y x; chmod +x y", "curl -o y x | true; bash y",
		},
		"download-executed?": {
			"curl -L https://x | tar xz -C /usr/local/bin", "curl -L https://x/y.tgz -o y.tgz && tar -C /usr/local -xzf y.tgz", "wget https://x/y.zip && unzip y.zip -d /usr/bin",
			"curl -L https://x/y.tgz | tar xz && mv y/y /usr/local/bin/", "wget https://x/y.deb && dpkg -i y.deb", "wget https://x/y.deb && apt-get install -y ./y.deb", "wget https://x/y_1.deb; dpkg -i *.deb",
			"curl -fsSL x -o /tmp/y; cp /tmp/y /usr/bin/z", "wget https://x/y.jar && java -jar y.jar", "f() { curl -o y x; chmod +x y; }",
		},
		"": {
			"true", "echo \"curl -k\"", "echo 'curl https://x | sh'", "curl -K file https://x", "wget -q https://x", "curl -fsSL https://x -o y", "curl -w '%{http_code}-k' https://x", "curl -ok x",
			"apt-get install -y --no-install-recommends curl ca-certificates", "apt-get install gnupg trusted-host", "curl https://x | apt-key add -", "curl https://x | gpg --dearmor -o /usr/share/keyrings/x.gpg",
			"curl https://x | gpg --dearmor > /etc/apt/keyrings/x.gpg && echo 'deb [signed-by=/etc/apt/keyrings/x.gpg] https://x ./' > /etc/apt/sources.list.d/x.list",
			"curl https://x | tar xz -C /opt", "curl https://x | python3 -c 'import json,sys'", "curl https://x | python -m json.tool", "curl x | perl -pe 's/a/b/'", "curl x | jq .y", "curl x | ruby -rjson -e 'puts 1'",
			"V=$(curl -s https://x | grep y); echo $V", "curl https://x | sudo tee /etc/y", "curl x | xargs echo", "curl x | bash -c 'cat > y'", "curl x | node -e 'y'", "curl x | sh y.sh",
			"curl -o x https://y && echo 'abc  x' | sha256sum -c - && chmod +x x", "wget x/y && wget x/y.asc && gpg --verify y.asc y && sh y", "curl -Lo y x && [ \"$(sha256sum y | cut -d' ' -f1)\" = abc ] && chmod +x y",
			"curl -o y x && cosign verify-blob y && chmod +x y", "curl -o y x && minisign -Vm y && chmod +x y", "wget x/y && shasum -a 256 --check z && sh y",
			"curl -o /etc/y.conf x && chmod 644 /etc/y.conf", "curl -o y x; chmod +x z", "curl -O x/y.tgz && tar xzf y.tgz", "wget x/y.zip && unzip y.zip -d /opt/z", "chmod +x /entrypoint.sh; curl -o y x", "curl -o y.json x && python z.py y.json",
			"rpm -q --nosignature x", "rpm --import https://x/key", "yum install --setopt=repo_gpgcheck=0 x", "yum install --setopt=gpgcheck=1 x", "echo repo_gpgcheck=0 > /etc/yum.repos.d/x.repo", "echo gpgcheck=0", "echo gpgcheck=0 > /tmp/notes",
			"sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/x.repo", "sed -i '/gpgcheck=0/d' /etc/yum.conf", "grep gpgcheck=0 /etc/yum.conf", "echo '# gpgcheck=0' > /etc/yum.repos.d/x.repo",
			"npm config set strict-ssl true", "npm config delete strict-ssl", "git config --global http.sslVerify true", "git config --global --unset http.sslVerify", "git config http.sslCAInfo x", "PYTHONHTTPSVERIFY=1 python x", "NODE_TLS_REJECT_UNAUTHORIZED=1 node x",
			"pip install https://x/y.whl", "pip install trusted-host", "echo 'deb [trusted=no] http://x ./' > /etc/apt/sources.list.d/x.list", "apk add --no-cache curl", "zypper --gpg-auto-import-keys ref", "zypper -n in -G x", "unset GIT_SSL_NO_VERIFY",
			"apt-get -o Acquire::Retries=3 -o Acquire::https::Verify-Peer=true update", "apt-get -o APT::Get::AllowUnauthenticated=false install x", "# curl -k x | sh\ntrue", "conda config --set ssl_verify true", "cat <<EOF > /notes\ncurl -k x | sh\nEOF",
			"eval \"$(ssh-agent)\"; curl -o y x", "sh -c \"apt-get install x=$(curl -s https://x)\"", "bash $(curl -s x).sh", "source $(curl x)", "wget -q -O /dev/null x | sh",
		},
		"unclear: the script cannot be parsed":                 {"curl 'x", "( wget x"},
		"unclear: a script inside the script cannot be parsed": {"sh -c 'curl \"'"},
	} {
		for _, script := range scripts {
			if got := rulesOf(t, RunForm{Script: script}); got != want {
				t.Errorf("%q: %q, want %q", script, got, want)
			}
		}
	}
}

func TestSwitchesInExecAndForeignForm(t *testing.T) {
	for want, form := range map[string]RunForm{
		"curl-insecure": {Argv: []string{"curl", "-k", "https://x"}},
		"pipe-to-shell": {Argv: []string{"/bin/bash", "-c", "curl x | sh"}},
		"unclear: the script is not for a POSIX shell": {Script: "iwr https://x | iex", Foreign: true},
		"": {Script: "Get-Item x", Foreign: true},
	} {
		if got := rulesOf(t, form); got != want {
			t.Errorf("%+v: %q, want %q", form, got, want)
		}
	}
}

func TestSwitchesInVariables(t *testing.T) {
	env := func(text string) Step {
		return Step{Instruction: "ENV", Text: text, At: Place{Source: SourceHistory, Row: 2}}
	}
	for name, c := range map[string]struct {
		steps []Step
		env   []string
		want  []Switch
	}{
		"config": {env: []string{"PATH=/bin", "NODE_TLS_REJECT_UNAUTHORIZED=0"}, want: []Switch{
			{At: Place{Source: SourceConfig}, Rule: "node-tls-reject-off", Command: "NODE_TLS_REJECT_UNAUTHORIZED=0"},
		}},
		"history says it better": {steps: []Step{env("A=b GIT_SSL_NO_VERIFY=1")}, env: []string{"GIT_SSL_NO_VERIFY=1"}, want: []Switch{
			{At: Place{Source: SourceHistory, Row: 2}, Rule: "git-ssl-no-verify", Command: "GIT_SSL_NO_VERIFY"},
		}},
		"arg": {steps: []Step{{Instruction: "ARG", Pairs: []string{"PIP_TRUSTED_HOST=a b"}}}, want: []Switch{
			{Rule: "pip-trusted-host-env", Command: "PIP_TRUSTED_HOST"},
		}},
		"build argument": {steps: []Step{{Instruction: "RUN", Args: []string{"PYTHONHTTPSVERIFY=0"}, Run: RunForm{Script: "true"}}}, want: []Switch{
			{Rule: "python-https-verify-off", Command: "PYTHONHTTPSVERIFY=0"},
		}},
		"harmless": {steps: []Step{env("NODE_TLS_REJECT_UNAUTHORIZED=1 X=GIT_SSL_NO_VERIFY"), {Instruction: "LABEL", Text: "GIT_SSL_NO_VERIFY=1"}}, env: []string{"npm_config_strict_ssl=true", "PIP_TRUSTED_HOST="}, want: []Switch{}},
	} {
		if got := switchesOf(c.steps, c.env).Hits; !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// A switch is named in our words, so that no argument beside it comes out.
func TestSwitchesDoNotRepeatArguments(t *testing.T) {
	secret := "hunter2" + filler(20)
	for _, script := range []string{
		"curl -ku me:" + secret + " https://x", "curl -kH 'Authorization: " + secret + "' https://x | sh", "pip install --trusted-host " + secret + " x",
		"wget --password=" + secret + " -O y x; chmod +x y", "PIP_TRUSTED_HOST=" + secret + " pip install x", "echo 'deb [trusted=yes] https://me:" + secret + "@x ./' > /etc/apt/sources.list",
		"npm_config_strict_ssl=false T=" + secret + " npm ci", "curl -o " + secret + " x; chmod +x " + secret + "; ./" + secret,
	} {
		fact := switchesOf([]Step{{Instruction: "RUN", Run: RunForm{Script: script}}}, nil)
		if len(fact.Hits) == 0 {
			t.Errorf("%q: nothing found", script)
		}
		for _, h := range fact.Hits {
			if strings.Contains(h.Command, "hunter2") {
				t.Errorf("%q comes out in %q", script, h.Command)
			}
		}
	}
}

func TestJudgeSwitches(t *testing.T) {
	at := func(layer int, path string) Place { return Place{Source: SourceLayer, Layer: layer, Path: path} }
	good := func() doc { return doc{history: []HistoryEntry{base(), bkRun("true")}, layers: -1} }
	layers := func(s ...Switch) *LayersFact { return &LayersFact{Count: 2, Switches: s} }
	file := Switch{At: at(2, "etc/yum.conf"), Rule: "yum-gpgcheck-off", Command: "gpgcheck=0"}
	hidden, doubtful := file, file
	hidden.Hidden, doubtful.Doubtful = true, true
	accept := DefaultParameters()
	accept.AcceptUnseen = true
	run := func(s string) *Dockerfile {
		return &Dockerfile{Steps: []Step{{At: Place{Source: SourceDockerfile, Line: 3}, Instruction: "RUN", Run: RunForm{Script: s}}}}
	}
	piped := doc{history: []HistoryEntry{base(), bkRun("curl x | sh")}, layers: -1}
	for name, c := range map[string]struct {
		doc        doc
		layers     *LayersFact
		base       *BaseFact
		dockerfile *Dockerfile
		parameters Parameters
		want       Status
		line       string
	}{
		"layers not read":        {doc: good(), want: Unknown, line: "which were not read"},
		"nothing found":          {doc: good(), layers: layers(), want: Manual, line: "a person decides"},
		"nothing found, allowed": {doc: good(), layers: layers(), parameters: accept, want: Pass},
		"in a file":              {doc: good(), layers: layers(file), parameters: accept, want: Fail, line: `layer 2, "/etc/yum.conf": "gpgcheck=0" (yum-gpgcheck-off)`},
		"in a replaced file":     {doc: good(), layers: layers(hidden), parameters: accept, want: Warn},
		"in a doubtful file":     {doc: good(), layers: layers(doubtful), parameters: accept, want: Warn},
		"more in files":          {doc: good(), layers: &LayersFact{More: map[string]int{"switches": 2}}, parameters: accept, want: Fail, line: "2 more switches"},
		"a file not read": {
			doc: good(), layers: &LayersFact{Unread: []Unread{{Control: "4.11", At: at(1, "etc/yum.conf"), Why: "too big"}}}, parameters: accept,
			want: Unknown, line: `layer 1, "/etc/yum.conf": too big`,
		},
		"another control's file": {doc: good(), layers: &LayersFact{Unread: []Unread{{Control: "4.3", Why: "x"}}}, parameters: accept, want: Pass},
		"in the history":         {doc: piped, layers: layers(), parameters: accept, want: Fail, line: `history row 2: "curl | sh" (pipe-to-shell)`},
		"unclear script":         {doc: doc{history: []HistoryEntry{base(), bkRun("curl 'x")}, layers: -1}, layers: layers(), parameters: accept, want: Unknown},
		"unclear history":        {doc: doc{history: []HistoryEntry{base(), {CreatedBy: "bazel"}}, layers: -1}, layers: layers(), parameters: accept, want: Unknown},
		"in a variable":          {doc: doc{run: map[string]any{"Env": []string{"GIT_SSL_NO_VERIFY=1"}}, history: good().history, layers: -1}, layers: layers(), parameters: accept, want: Fail, line: "config: "},
		"named by the Dockerfile": {
			doc: piped, layers: layers(), dockerfile: run("curl x | sh"), parameters: accept, want: Fail, line: `line 3: "curl | sh" (pipe-to-shell)`,
		},
		"base's beside the Dockerfile": {
			doc: piped, layers: layers(), base: &BaseFact{Layers: 2, Rows: 2}, dockerfile: run("true"), parameters: accept, want: Fail, line: "history row 2",
		},
		"Dockerfile nobody could follow": {doc: good(), layers: layers(), dockerfile: run("curl 'x"), parameters: accept, want: Unknown, line: "line 3: "},
	} {
		contents := c.doc.contents(t)
		contents.Layers, contents.Base, contents.Dockerfile = c.layers, c.base, c.dockerfile
		facts, control := Collect(contents), c0411()
		if c.parameters.MinSecretLength == 0 {
			c.parameters = DefaultParameters()
		}
		f := control.finding(&facts, c.parameters)
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.line) {
			t.Errorf("%s: %s %q, want %s %q", name, f.Status, f.Evidence, c.want, c.line)
		}
		if name == "named by the Dockerfile" && len(f.Items) != 1 {
			t.Errorf("%s: %q", name, f.Evidence)
		}
	}
}

func TestJudgeSwitchesOfDockerfileAlone(t *testing.T) {
	for script, want := range map[string]Status{"true": Manual, "curl x | sh": Fail, "curl -o y x; sh y": Fail, "wget x/y.deb; dpkg -i y.deb": Warn, "curl 'x": Unknown} {
		d := &Dockerfile{Steps: []Step{{At: Place{Source: SourceDockerfile, Line: 3}, Instruction: "RUN", Run: RunForm{Script: script}}}}
		facts, control := Facts{Dockerfile: dockerfileFact(Contents{Dockerfile: d})}, c0411()
		if f := control.finding(&facts, DefaultParameters()); f.Status != want {
			t.Errorf("%q: %s %q, want %s", script, f.Status, f.Evidence, want)
		}
	}
}

// Facts that were not collected are no facts without hits.
func TestThreat62_SwitchesNotCollected(t *testing.T) {
	p := DefaultParameters()
	p.AcceptUnseen = true
	control := c0411()
	for name, facts := range map[string]Facts{
		"history":    {ConfigDigest: "x", Layers: &LayersFact{}},
		"layers":     {ConfigDigest: "x", History: &HistoryFact{}, Switches: &SwitchFact{}},
		"dockerfile": {Dockerfile: &DockerfileFact{}},
		"nothing":    {},
	} {
		if f := control.finding(&facts, p); f.Status != Unknown {
			t.Errorf("%s: %s %q", name, f.Status, f.Evidence)
		}
	}
}

// What a script costs to judge is bounded by its length.
func TestThreat91_SwitchesTakeLinearTime(t *testing.T) {
	big := strings.Repeat("gpgcheck=1\n", 10000)
	for name, script := range map[string]string{
		"pipes":     "curl x" + strings.Repeat("|a", 8000) + "|sh",
		"downloads": strings.Repeat("curl -o a x;", 4000) + strings.Repeat("chmod +x b;", 4000),
		"outputs":   "curl x; " + strings.Repeat("a $(b);", 4000),
		"groups":    "{ " + strings.Repeat("a;", 4000) + " } | { " + strings.Repeat("sh;", 4000) + " }",
		"writes":    "tee " + strings.Repeat("/etc/yum.conf ", 8000) + " <<EOF\ncurl\n" + big + "EOF\n",
	} {
		fact := switchesOf([]Step{{Instruction: "RUN", Run: RunForm{Script: script}}}, nil)
		if name == "writes" && len(fact.Unclear) == 0 {
			t.Errorf("%s: %+v", name, fact)
		}
		if name == "pipes" && len(fact.Hits)+len(fact.Unclear) == 0 {
			t.Errorf("%s: %+v", name, fact)
		}
	}
}
