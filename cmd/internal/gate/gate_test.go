package gate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
)

// fake is a registry that answers as it is told; faults no real registry
// shows on demand.
type fake struct {
	verify.Content
	image    verify.Image
	resolve  error
	complete error
	config   string
	panics   string
}

func (f fake) Resolve(context.Context, verify.Reference) (verify.Image, error) {
	if f.panics == "resolve" {
		panic("resolver")
	}
	return f.image, f.resolve
}

func (f fake) Complete(_ context.Context, i verify.Image) (verify.Image, error) {
	if f.panics == "complete" {
		panic("completer")
	}
	return i, f.complete
}

func (f fake) ImageConfig(context.Context, verify.Image, verify.Digest) ([]byte, error) {
	if f.panics == "config" {
		panic("config")
	}
	return []byte(f.config), nil
}

func (f fake) Manifest(context.Context, string, string) (verify.Manifest, error) {
	if f.panics == "manifest" {
		panic("manifest")
	}
	return verify.Manifest{}, verify.ErrNone
}

func (f fake) Referrers(context.Context, string, verify.Digest) ([]verify.Descriptor, error) {
	return nil, nil
}

func testDocument(t *testing.T, change ...string) *policy.Document {
	t.Helper()
	text := strings.NewReplacer(change...).Replace(testPolicy)
	open := func(string) ([]byte, error) { return []byte(testKey), nil }
	doc, err := policy.Parse([]byte(text), policy.Source{File: "test.yaml", Open: open})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func testImage() verify.Image {
	d := verify.DigestOf([]byte("manifest"))
	return verify.Image{
		Asked: "registry.example/app:1", Repo: "registry.example/app", Tag: "1", Index: d,
		Platforms: []verify.PlatformImage{{Manifest: d, Config: verify.DigestOf([]byte("config"))}},
	}
}

func admit(t *testing.T, f fake, docs ...*policy.Document) Result {
	t.Helper()
	ref, err := verify.ParseReference("registry.example/app:1")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	g := &Gate{Registry: f, Policies: docs, Now: func() time.Time { return now }}
	return g.Admit(t.Context(), ref)
}

func TestAdmitNeverAllowsOnFailure(t *testing.T) {
	for _, c := range []struct {
		name    string
		fake    fake
		verdict policy.Verdict
		code    policy.Code
	}{
		{"registry down", fake{resolve: errors.New("connection refused")}, policy.Undecided, policy.RegistryUnreachable},
		{"no such image", fake{resolve: fmt.Errorf("app:1: %w", verify.ErrNone)}, policy.Undecided, policy.ImageNotFound},
		{"ambiguous manifest", fake{resolve: fmt.Errorf("app:1: %w", verify.ErrInvalid)}, policy.Deny, policy.ImageInvalid},
		{"bad child manifest", fake{image: testImage(), complete: fmt.Errorf("child: %w", verify.ErrInvalid)}, policy.Deny, policy.ImageInvalid},
		{"child unreachable", fake{image: testImage(), complete: errors.New("timeout")}, policy.Undecided, policy.RegistryUnreachable},
		{"no evidence", fake{image: testImage()}, policy.Deny, policy.SignatureMissing},
		{"resolver panics", fake{panics: "resolve"}, policy.Undecided, policy.RegistryUnreachable},
		{"completer panics", fake{image: testImage(), panics: "complete"}, policy.Undecided, policy.RegistryUnreachable},
	} {
		t.Run("Threat49_"+c.name, func(t *testing.T) {
			d := admit(t, c.fake, testDocument(t)).Decision
			if d.Verdict != c.verdict || d.Pin != "" {
				t.Fatalf("got %v pinned %q, want %v", d.Verdict, d.Pin, c.verdict)
			}
			if len(d.Reasons) == 0 || d.Reasons[0].Code != c.code {
				t.Fatalf("reasons %+v, want %s", d.Reasons, c.code)
			}
		})
	}
}

func TestAdmitPanickingSourceIsUndecided(t *testing.T) {
	d := admit(t, fake{image: testImage(), panics: "manifest"}, testDocument(t)).Decision
	if d.Verdict != policy.Undecided {
		t.Fatalf("got %v, want undecided", d.Verdict)
	}
}

func TestAdmitWithoutPolicyDenies(t *testing.T) {
	if d := admit(t, fake{image: testImage()}).Decision; d.Verdict != policy.Deny {
		t.Fatalf("no policy at all gave %v", d.Verdict)
	}
}

// S4: the system's policy is a floor; the user's cannot lift it.
func TestS4_EveryPolicyMustAllow(t *testing.T) {
	open := testDocument(t, "default: deny", "default: allow", `"**"`, `"elsewhere.example/**"`)
	strict := testDocument(t)
	if d := admit(t, fake{image: testImage()}, open).Decision; d.Verdict != policy.Allow {
		t.Fatalf("the open policy alone gave %v", d.Verdict)
	}
	for _, docs := range [][]*policy.Document{{strict, open}, {open, strict}} {
		if d := admit(t, fake{image: testImage()}, docs...).Decision; d.Verdict != policy.Deny || d.Pin != "" {
			t.Fatalf("both policies gave %v pinned %q", d.Verdict, d.Pin)
		}
	}
}

func TestPlatformFlagNarrows(t *testing.T) {
	image := testImage()
	for _, c := range []struct {
		name, config string
		want         policy.Code
	}{
		{"another platform", `{"os":"linux","architecture":"arm64"}`, policy.PlatformMissing},
		{"config that is no JSON", `{`, policy.ImageInvalid},
		{"two answers to one question", `{"os":"linux","architecture":"arm64","architecture":"amd64"}`, policy.ImageInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			ref, _ := verify.ParseReference("registry.example/app:1")
			g := &Gate{Registry: fake{image: image, config: c.config}, Policies: []*policy.Document{testDocument(t)},
				Now: time.Now, Platform: &verify.Platform{OS: "linux", Architecture: "amd64"}}
			d := g.Admit(t.Context(), ref).Decision
			if d.Verdict != policy.Deny || d.Reasons[0].Code != c.want {
				t.Fatalf("got %v %+v, want %s", d.Verdict, d.Reasons, c.want)
			}
		})
	}
}

func TestIndexThatLiesAboutAPlatform(t *testing.T) {
	image := testImage()
	image.Platforms[0].Platform = verify.Platform{OS: "linux", Architecture: "amd64"}
	f := fake{image: image, config: `{"os":"linux","architecture":"arm64"}`}
	_, err := WithPlatform(t.Context(), f, image, image.Platforms[0])
	if !errors.Is(err, verify.ErrInvalid) {
		t.Fatalf("got %v, want an invalid image", err)
	}
}

// crowd counts how many configs are asked for at one time.
type crowd struct {
	fake
	now, most *atomic.Int32
}

func (c crowd) ImageConfig(ctx context.Context, i verify.Image, d verify.Digest) ([]byte, error) {
	c.most.Store(max(c.most.Load(), c.now.Add(1)))
	defer c.now.Add(-1)
	for range 100 {
		runtime.Gosched() // let others come in, if they may
	}
	return c.fake.ImageConfig(ctx, i, d)
}

func TestThreat90_ConfigsAreReadAFewAtATime(t *testing.T) {
	image := testImage()
	for i := range 255 {
		d := verify.DigestOf([]byte{byte(i)})
		image.Platforms = append(image.Platforms, verify.PlatformImage{Manifest: d, Config: d})
	}
	c := crowd{fake{image: image, config: `{"os":"linux","architecture":"arm64"}`}, new(atomic.Int32), new(atomic.Int32)}
	g := &Gate{Registry: c, Now: time.Now, Platform: &verify.Platform{OS: "linux", Architecture: "amd64"}}
	full, err := g.completed(t.Context(), image)
	if err != nil || full.Platforms[255].Platform.Architecture != "arm64" {
		t.Fatalf("%v, %+v", err, full.Platforms)
	}
	if most := c.most.Load(); most > parallelConfigs {
		t.Errorf("%d configs at a time", most)
	}
}
