package cis

import "fmt"

// String is the status as it appears in JSON; an undefined value is "unknown".
func (s Status) String() string {
	switch s {
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	case Warn:
		return "warn"
	case Manual:
		return "manual"
	case NotApplicable:
		return "not-applicable"
	default:
		return "unknown"
	}
}

// ParseStatus accepts exactly the six names String returns.
func ParseStatus(name string) (Status, error) {
	for s := Unknown; s <= NotApplicable; s++ {
		if s.String() == name {
			return s, nil
		}
	}
	return Unknown, fmt.Errorf("status %q: not one of pass, fail, warn, manual, unknown, not-applicable", name)
}

// MarshalText is String; an undefined value is an error.
func (s Status) MarshalText() ([]byte, error) {
	if s > NotApplicable {
		return nil, fmt.Errorf("status %d is undefined", s)
	}
	return []byte(s.String()), nil
}

// UnmarshalText is ParseStatus.
func (s *Status) UnmarshalText(text []byte) error {
	v, err := ParseStatus(string(text))
	*s = v
	return err
}

// String is the effect as it appears in JSON; an undefined value is "deny".
func (e Effect) String() string {
	switch e {
	case EffectWarn:
		return "warn"
	case EffectNone:
		return "none"
	default:
		return "deny"
	}
}

// ParseEffect accepts exactly "deny", "warn" and "none".
func ParseEffect(name string) (Effect, error) {
	for e := EffectDeny; e <= EffectNone; e++ {
		if e.String() == name {
			return e, nil
		}
	}
	return EffectDeny, fmt.Errorf("effect %q: not one of deny, warn, none", name)
}

// MarshalText is String; an undefined value is an error.
func (e Effect) MarshalText() ([]byte, error) {
	if e > EffectNone {
		return nil, fmt.Errorf("effect %d is undefined", e)
	}
	return []byte(e.String()), nil
}

// UnmarshalText is ParseEffect.
func (e *Effect) UnmarshalText(text []byte) error {
	v, err := ParseEffect(string(text))
	*e = v
	return err
}
