package cis

import "testing"

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
