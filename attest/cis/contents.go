package cis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pratique-dev/pratique/verify/wire"
)

// Limits on a config, beside wire.MaxConfig and wire.MaxJSONDepth.
const (
	maxHistory = 4096 // rows, count
	maxList    = 8192 // entries of Env, Labels, Cmd and the like, count
)

// Contents is what an image's config says, as the engine would read it.
type Contents struct {
	// Config is the raw config, ConfigDigest its sha256 digest.
	Config       []byte
	ConfigDigest string
	// OS, Architecture and Variant name the platform; Created is the config's
	// own claim.
	OS, Architecture, Variant, Created string
	// User is config.User, exactly as stored.
	User string
	// Env, Cmd, Entrypoint, OnBuild and Labels are those of config;
	// ExposedPorts are the keys of config.ExposedPorts, sorted.
	Env, Cmd, Entrypoint, OnBuild, ExposedPorts []string
	Labels                                      map[string]string
	// Healthcheck is config.Healthcheck, nil where the key is absent or null.
	Healthcheck *Healthcheck
	History     []HistoryEntry
	// DiffIDs are the digests of the uncompressed layers, lowest first.
	DiffIDs []string
	// Base, Layers and Dockerfile are what was found beside the config; nil
	// where nobody looked. They are facts as whoever read them collected them.
	Base       *BaseFact
	Layers     *LayersFact
	Dockerfile *Dockerfile
	// dockerKeys says that the config has keys of docker's own format, which
	// OCI's does not know.
	dockerKeys bool
	// read is set by Collect.
	read *reading
}

// Healthcheck is a config's health check; durations are nanoseconds.
type Healthcheck struct {
	Test          []string `json:"Test"`
	Interval      int64    `json:"Interval"`
	Timeout       int64    `json:"Timeout"`
	StartPeriod   int64    `json:"StartPeriod"`
	StartInterval int64    `json:"StartInterval"`
	Retries       int64    `json:"Retries"`
}

// HistoryEntry is one row of a config's history, as stored.
type HistoryEntry struct {
	Created    string `json:"created"`
	CreatedBy  string `json:"created_by"`
	Author     string `json:"author"`
	Comment    string `json:"comment"`
	EmptyLayer bool   `json:"empty_layer"`
}

// Platform is os/architecture, with the variant where there is one.
func (c Contents) Platform() string {
	if c.OS == "" && c.Architecture == "" {
		return ""
	}
	p := c.OS + "/" + c.Architecture
	if c.Variant != "" {
		p += "/" + c.Variant
	}
	return p
}

type configFile struct {
	Created      string           `json:"created"`
	OS           string           `json:"os"`
	Architecture string           `json:"architecture"`
	Variant      string           `json:"variant"`
	Config       runConfig        `json:"config"`
	History      []HistoryEntry   `json:"history"`
	RootFS       rootFS           `json:"rootfs"`
	Container    *json.RawMessage `json:"container_config"`
	Version      string           `json:"docker_version"`
}

type runConfig struct {
	User         string              `json:"User"`
	Env          []string            `json:"Env"`
	Labels       map[string]string   `json:"Labels"`
	Cmd          stringList          `json:"Cmd"`
	Entrypoint   stringList          `json:"Entrypoint"`
	OnBuild      []string            `json:"OnBuild"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts"`
	Healthcheck  *Healthcheck        `json:"Healthcheck"`
}

type rootFS struct {
	DiffIDs []string `json:"diff_ids"`
}

// stringList is a list that the oldest configs write as one string.
type stringList []string

func (l *stringList) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*l = make(stringList, 1)
		return json.Unmarshal(b, &(*l)[0])
	}
	return json.Unmarshal(b, (*[]string)(l))
}

// ParseContents reads an image config of at most wire.MaxConfig bytes. A
// config that two readers could read in two ways is an error: invalid UTF-8,
// anything after the document, a repeated key, or a key that is a known one but
// for its case, which an engine would obey (threat 56).
func ParseContents(config []byte) (Contents, error) {
	if len(config) > wire.MaxConfig {
		return Contents{}, fmt.Errorf("image config: %d bytes, limit is %d", len(config), wire.MaxConfig)
	}
	if err := checkConfig(config); err != nil {
		return Contents{}, fmt.Errorf("image config: %w", err)
	}
	var f configFile
	if err := json.Unmarshal(config, &f); err != nil {
		return Contents{}, fmt.Errorf("image config: %w", err)
	}
	if err := f.bounds(); err != nil {
		return Contents{}, fmt.Errorf("image config: %w", err)
	}
	return f.contents(config), nil
}

func (f configFile) bounds() error {
	if n := len(f.History); n > maxHistory {
		return fmt.Errorf("%d history rows, limit is %d", n, maxHistory)
	}
	c := f.Config
	for _, n := range []int{
		len(c.Env), len(c.Labels), len(c.Cmd), len(c.Entrypoint), len(c.OnBuild), len(c.ExposedPorts), len(f.RootFS.DiffIDs),
	} {
		if n > maxList {
			return fmt.Errorf("a list of %d entries, limit is %d", n, maxList)
		}
	}
	return nil
}

func (f configFile) contents(config []byte) Contents {
	sum := sha256.Sum256(config)
	return Contents{
		Config:       config,
		ConfigDigest: "sha256:" + hex.EncodeToString(sum[:]),
		OS:           f.OS,
		Architecture: f.Architecture,
		Variant:      f.Variant,
		Created:      f.Created,
		User:         f.Config.User,
		Env:          f.Config.Env,
		Cmd:          f.Config.Cmd,
		Entrypoint:   f.Config.Entrypoint,
		OnBuild:      f.Config.OnBuild,
		ExposedPorts: slices.Sorted(maps.Keys(f.Config.ExposedPorts)),
		Labels:       f.Config.Labels,
		Healthcheck:  f.Config.Healthcheck,
		History:      f.History,
		DiffIDs:      f.RootFS.DiffIDs,
		dockerKeys:   f.Container != nil || f.Version != "",
	}
}
