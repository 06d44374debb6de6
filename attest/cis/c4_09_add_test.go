package cis

import (
	"strings"
	"testing"
)

func TestAdd(t *testing.T) {
	classicBase := classic("/bin/sh -c #(nop) ADD file:4d192565a7220e135cab in / ")
	cases := map[string]struct {
		rows []HistoryEntry
		want Status
	}{
		"no history":             {nil, Unknown},
		"base root fs":           {[]HistoryEntry{base()}, Pass},
		"classic base root fs":   {[]HistoryEntry{classicBase, classic(`/bin/sh -c #(nop)  CMD ["sh"]`)}, Pass},
		"copy":                   {[]HistoryEntry{base(), bk("COPY app /app # buildkit")}, Pass},
		"label before the base":  {[]HistoryEntry{bk("LABEL a=b"), base()}, Pass},
		"file":                   {[]HistoryEntry{base(), bk("ADD app.py /app/ # buildkit")}, Fail},
		"directory with flags":   {[]HistoryEntry{base(), bk("ADD --chown=1:1 . /app # buildkit")}, Fail},
		"archive":                {[]HistoryEntry{base(), bk("ADD app.tar.gz /app # buildkit")}, Warn},
		"archive and file":       {[]HistoryEntry{base(), bk("ADD app.tar.gz x.py /app # buildkit")}, Fail},
		"url":                    {[]HistoryEntry{base(), bk("ADD https://example.com/x /x # buildkit")}, Warn},
		"git":                    {[]HistoryEntry{base(), bk("ADD https://example.com/x.git#v1 /x # buildkit")}, Warn},
		"git over ssh":           {[]HistoryEntry{base(), bk("ADD git@example.com:a/b /x # buildkit")}, Warn},
		"heredoc":                {[]HistoryEntry{base(), bk("ADD <<EOF /x # buildkit")}, Fail},
		"second root fs":         {[]HistoryEntry{base(), bk("ADD more.tar.gz / # buildkit")}, Warn},
		"classic file":           {[]HistoryEntry{classicBase, classic("/bin/sh -c #(nop) ADD file:abc in /dst ")}, Warn},
		"classic dir":            {[]HistoryEntry{classicBase, classic("/bin/sh -c #(nop) ADD dir:abc in /dst ")}, Warn},
		"classic with flags":     {[]HistoryEntry{classicBase, classic("/bin/sh -c #(nop) ADD --chown=1:1file:abc in /h ")}, Warn},
		"classic, custom shell":  {[]HistoryEntry{classicBase, classic("/bin/busybox sh -c #(nop) ADD file:abc in /dst ")}, Warn},
		"word beginning with it": {[]HistoryEntry{base(), bk("ENV ADDRESS=x"), bkRun("echo ADD file / ")}, Pass},
		"unknown builder":        {[]HistoryEntry{base(), {CreatedBy: "jib-maven-plugin:3.4.0"}}, Unknown},
		"unknown builder says":   {[]HistoryEntry{base(), {CreatedBy: "ADD app.py /app"}}, Fail},
		"file as the lowest":     {[]HistoryEntry{bk("ADD app.py / # buildkit")}, Fail},
		"directory, the lowest":  {[]HistoryEntry{bk("ADD . / # buildkit")}, Fail},
		"url as the lowest":      {[]HistoryEntry{bk("ADD https://example.com/x / # buildkit")}, Warn},
		"file to root, lowest":   {[]HistoryEntry{bk("ADD rootfs.tar.xz / # buildkit"), bk("ADD a.py / # buildkit")}, Fail},
	}
	for name, c := range cases {
		f := judged(t, doc{history: c.rows, layers: -1}.contents(t), "4.9")
		if f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
		if (f.Status == Fail || f.Status == Warn) && f.Origin != OriginUnknown {
			t.Errorf("%s: origin %s; the base is not known", name, f.Origin)
		}
	}
}

func added(dest, checksum string, sources ...string) Step {
	return Step{Instruction: "ADD", Add: &AddForm{Sources: sources, Dest: dest, Checksum: checksum}}
}

func TestWrittenAdd(t *testing.T) {
	commit, sum := strings.Repeat("ab", 20), "sha256:"+strings.Repeat("0", 64)
	cases := map[string]struct {
		base  string
		steps []Step
		want  Status
	}{
		"none":                    {"a", nil, Pass},
		"copy":                    {"a", []Step{{Instruction: "COPY", Add: &AddForm{Sources: []string{"x"}, Dest: "/"}}}, Pass},
		"file":                    {"a", []Step{added("/x", "", "app.py")}, Fail},
		"directory":               {"a", []Step{added("/x", "", ".")}, Fail},
		"wildcard":                {"a", []Step{added("/x", "", "*.jar")}, Fail},
		"variable":                {"a", []Step{added("/x", "", "$FILE")}, Fail},
		"heredoc":                 {"a", []Step{{Instruction: "ADD", Add: &AddForm{Heredoc: true, Dest: "/x"}}}, Fail},
		"heredoc and archive":     {"a", []Step{{Instruction: "ADD", Add: &AddForm{Heredoc: true, Sources: []string{"x.tar"}, Dest: "/x"}}}, Fail},
		"archive":                 {"a", []Step{added("/x", "", "app.tar.gz")}, Warn},
		"archive, wildcard":       {"a", []Step{added("/x", "", "app-*.tar.?z")}, Warn},
		"archive, variable":       {"a", []Step{added("/x", "", "app-$V.tar.zst")}, Warn},
		"archive's signature":     {"a", []Step{added("/x", "", "app.tar.gz.asc")}, Fail},
		"archive and file":        {"a", []Step{added("/x", "", "app.tar.gz", "x.py")}, Fail},
		"url":                     {"a", []Step{added("/x", "", "https://example.com/x")}, Fail},
		"url of an archive":       {"a", []Step{added("/x", "", "http://example.com/x.tar.gz")}, Fail},
		"url, checked":            {"a", []Step{added("/x", sum, "https://example.com/x")}, Warn},
		"url, variable checksum":  {"a", []Step{added("/x", "sha256:$SUM", "https://example.com/x")}, Warn},
		"url, maybe no checksum":  {"a", []Step{added("/x", "$SUM", "https://example.com/x")}, Fail},
		"git":                     {"a", []Step{added("/x", "", "https://example.com/x.git#v1")}, Fail},
		"git, commit":             {"a", []Step{added("/x", "", "https://example.com/x.git#"+commit+":sub")}, Warn},
		"git, short commit":       {"a", []Step{added("/x", "", "https://example.com/x.git#"+commit[:12])}, Fail},
		"git, checksum":           {"a", []Step{added("/x", commit, "git@example.com:x/y#v1")}, Warn},
		"git, query":              {"a", []Step{added("/x", "", "https://example.com/x.git?tag=v1&checksum="+commit)}, Warn},
		"git, branch named so":    {"a", []Step{added("/x", "", "https://example.com/x.git?branch="+commit)}, Fail},
		"git over ssh":            {"a", []Step{added("/x", "", "deploy@example.com:x/y.git")}, Fail},
		"one checked, one not":    {"a", []Step{added("/x", "", "https://example.com/x.git#"+commit, "https://example.com/y")}, Fail},
		"checked and file":        {"a", []Step{added("/x", sum, "https://example.com/x", "y")}, Fail},
		"root fs":                 {"scratch", []Step{added("/", "", "rootfs.tar.xz")}, Pass},
		"root fs, here":           {"scratch", []Step{added(".", "", "rootfs.tar.xz")}, Pass},
		"root fs, variable":       {"scratch", []Step{added("/", "", "${ROOTFS}")}, Pass},
		"root fs after ENV":       {"scratch", []Step{{Instruction: "ENV", Pairs: []string{}}, added("/", "", "rootfs.tar.xz")}, Pass},
		"root fs, then file":      {"scratch", []Step{added("/", "", "rootfs.tar.xz"), added("/", "", "x.py")}, Fail},
		"root fs, second":         {"scratch", []Step{added("/", "", "rootfs.tar.xz"), added("/", "", "more.tar.xz")}, Warn},
		"root fs, after COPY":     {"scratch", []Step{{Instruction: "COPY"}, added("/", "", "rootfs.tar.xz")}, Warn},
		"root fs, elsewhere":      {"scratch", []Step{added("/opt", "", "rootfs.tar.xz")}, Warn},
		"root fs on a base":       {"a", []Step{added("/", "", "rootfs.tar.xz")}, Warn},
		"root fs by url":          {"scratch", []Step{added("/", "", "https://example.com/rootfs.tar.xz")}, Fail},
		"root fs, a file instead": {"scratch", []Step{added("/", "", "app")}, Fail},
	}
	for name, c := range cases {
		if f := written(t, file(c.base, c.steps...), "4.9"); f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
	}
}

// A Dockerfile says of an ADD what the history has lost; it does not take back
// what the history shows.
func TestAddOfBoth(t *testing.T) {
	sum := "sha256:" + strings.Repeat("0", 64)
	url, fetch := bk("ADD https://example.com/x /x # buildkit"), added("/x", "", "https://example.com/x")
	checkedFetch, local := added("/x", sum, "https://example.com/x"), bk("ADD app.py /app # buildkit")
	cases := map[string]struct {
		rows  []HistoryEntry
		steps []Step
		want  Status
		says  string
	}{
		"url, unchecked":          {[]HistoryEntry{base(), url}, []Step{fetch}, Fail, "line 2"},
		"url, checked":            {[]HistoryEntry{base(), url}, []Step{checkedFetch}, Warn, "with a checksum"},
		"classic, a file":         {[]HistoryEntry{base(), classic("/bin/sh -c #(nop) ADD file:abc in /dst ")}, []Step{added("/dst", "", "x")}, Fail, "line 2"},
		"file, in neither":        {[]HistoryEntry{base(), local}, []Step{checkedFetch}, Fail, "history row 2"},
		"more than it has":        {[]HistoryEntry{base(), url, url}, []Step{checkedFetch}, Warn, "history row 3"},
		"file in both, one line":  {[]HistoryEntry{base(), local}, []Step{added("/app", "", "app.py")}, Fail, "line 2"},
		"files, one undocumented": {[]HistoryEntry{base(), local, local}, []Step{added("/app", "", "app.py"), checkedFetch}, Fail, "history row 3"},
		"no ADD in the file":      {[]HistoryEntry{base(), url}, nil, Warn, "not in the history"},
	}
	for name, c := range cases {
		contents := doc{history: c.rows, layers: -1}.contents(t)
		contents.Dockerfile = file("a", c.steps...)
		f := judged(t, contents, "4.9")
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.says) {
			t.Errorf("%s: %s %q, want %s saying %q", name, f.Status, f.Evidence, c.want, c.says)
		}
		if strings.HasSuffix(name, "one line") && len(f.Items) != 1 {
			t.Errorf("%s: said twice: %q", name, f.Evidence)
		}
	}
}

// Hits beyond those kept are not lost: the worst may be among them.
func TestThreat64_ManyAdds(t *testing.T) {
	var steps []Step
	for range maxHits {
		steps = append(steps, added("/x", "", "x.tar"))
	}
	if f := written(t, file("a", append(steps, added("/x", "", "x"))...), "4.9"); f.Status != Fail {
		t.Errorf("%s %q", f.Status, f.Evidence)
	}
}

func TestAddOfABase(t *testing.T) {
	contents := doc{history: []HistoryEntry{base(), bk("ADD app.py /app # buildkit")}, layers: -1}.contents(t)
	contents.Base = &BaseFact{Ref: "a", How: BaseGiven, Layers: 2, Rows: 2}
	contents.Dockerfile = file("a")
	if f := judged(t, contents, "4.9"); f.Status != Fail || f.Origin != OriginBase {
		t.Errorf("%s %s %q", f.Status, f.Origin, f.Evidence)
	}
}
