package report

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestThreat66_JSONDoesNotReachATerminalRaw(t *testing.T) {
	const hostile = "a\u009b2Jb\u202ec\u007f\U000e0041\x1b é 😀\n\u2028"
	var b strings.Builder
	h, err := New("json", &b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Inspection(Inspection{Image: hostile}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\u009b\u202e\u007f\U000e0041\x1b") || strings.Count(b.String(), "\n") != 1 {
		t.Errorf("raw: %q", b.String())
	}
	var back Inspection
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back.Image != hostile {
		t.Errorf("read back %q, %v", back.Image, err)
	}
	if !strings.Contains(b.String(), "é 😀") {
		t.Errorf("plain text was escaped: %s", b.String())
	}
}
