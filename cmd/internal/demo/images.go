package demo

import (
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// PushGood pushes an image as it should be: its own user, a health check.
func (s *Stage) PushGood(repoTag string) (string, error) {
	return s.Push(repoTag, v1.Config{
		User:       "10001:10001",
		Entrypoint: []string{"/app"},
		Env:        []string{"PATH=/usr/bin:/bin"},
		Healthcheck: &v1.HealthConfig{
			Test: []string{"CMD", "/app", "-health"}, Interval: 30 * time.Second,
		},
	}, "COPY app /app # buildkit", "HEALTHCHECK &{[\"CMD\" \"/app\" \"-health\"]}", "USER 10001:10001", "ENTRYPOINT [\"/app\"]")
}

// PushBad pushes an image that runs as root with a token in its environment.
// The token is made up here, so that the source holds nothing token-shaped.
func (s *Stage) PushBad(repoTag string) (string, error) {
	token := "ghp" + "_" + strings.Repeat("aB3d", 9)
	return s.Push(repoTag, v1.Config{
		Entrypoint: []string{"/app"},
		Env:        []string{"PATH=/usr/bin:/bin", "GITHUB_TOKEN=" + token},
	}, "COPY app /app # buildkit", "ENV GITHUB_TOKEN="+token, "ENTRYPOINT [\"/app\"]")
}

// PushOther pushes something else to the tag: what happens when somebody moves
// it after the image was vouched for.
func (s *Stage) PushOther(repoTag string) (string, error) {
	return s.Push(repoTag, v1.Config{User: "10001:10001", Entrypoint: []string{"/other"}},
		"COPY other /other # buildkit", "ENTRYPOINT [\"/other\"]")
}
