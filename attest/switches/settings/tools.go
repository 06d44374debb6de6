package settings

import "strings"

// readTool reads the files of tools that are configured line by line.
func readTool(k kind, text string) []Found {
	if k == gitconfig {
		return readGitconfig(text)
	}
	var found []Found
	for _, l := range lines(text, "#;") {
		if f, ok := toolLine(k, l); ok {
			found = append(found, f)
		}
	}
	return found
}

func toolLine(k kind, line string) (Found, bool) {
	switch k {
	case pipConf:
		key, _ := keyValue(line, "=:")
		return Found{Rule: "pip-trusted-host", Text: "trusted-host"}, strings.ReplaceAll(key, "_", "-") == "trusted-host"
	case npmrc:
		key, value := keyValue(line, "=")
		return Found{Rule: "npm-strict-ssl-off", Text: "strict-ssl=false"}, key == "strict-ssl" && IsFalse(value)
	case yarnrc:
		key, value := keyValue(strings.Replace(line, `"strict-ssl"`, "strict-ssl", 1), ": \t")
		return Found{Rule: "npm-strict-ssl-off", Text: "strict-ssl false"}, (key == "strict-ssl" || key == "enablestrictssl") && IsFalse(value)
	case curlrc:
		return Found{Rule: "curl-insecure", Text: "insecure"}, curlOption(line)
	case wgetrc:
		key, value := keyValue(line, "=")
		key = strings.NewReplacer("-", "", "_", "").Replace(key)
		return Found{Rule: "wget-no-check-certificate", Text: "check_certificate=off"}, key == "checkcertificate" && (IsFalse(value) || strings.EqualFold(value, "quiet"))
	case condarc:
		key, value := keyValue(line, ":")
		return Found{Rule: "conda-ssl-verify-off", Text: "ssl_verify: false"}, key == "ssl_verify" && IsFalse(value)
	}
	return Found{}, false
}

// curlOption reports whether a line of .curlrc is -k in one of its spellings.
func curlOption(line string) bool {
	word := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '=' || r == ':' })
	if len(word) == 0 {
		return false
	}
	name := word[0]
	if strings.HasPrefix(name, "-") && !strings.HasPrefix(name, "--") {
		return CurlInsecure(name)
	}
	return strings.TrimLeft(name, "-") == "insecure"
}

// CurlInsecure reports whether a word of single-letter options has -k among
// them; behind a letter that takes a value come no more letters.
func CurlInsecure(word string) bool {
	for i := 1; i < len(word); i++ {
		switch {
		case word[i] == 'k':
			return true
		case CurlTakes(word[i]):
			return false
		}
	}
	return false
}

// CurlTakes reports whether a single-letter option of curl takes a value.
func CurlTakes(letter byte) bool {
	return strings.IndexByte("AbcCdDeEFhHKmoPQrtTuUwxXyYz", letter) >= 0
}

func readGitconfig(text string) []Found {
	section := ""
	for _, l := range lines(text, "#;") {
		if l[0] == '[' {
			head, rest, _ := strings.Cut(l[1:], "]")
			section, _ = keyValue(head, " \t\"")
			if l = strings.TrimSpace(rest); l == "" {
				continue
			}
		}
		key, value := keyValue(l, "=")
		if section == "http" && key == "sslverify" && IsFalse(value) {
			return []Found{{Rule: "git-ssl-no-verify", Text: "http.sslVerify=false"}}
		}
	}
	return nil
}

// Variable judges an environment variable.
func Variable(name, value string) (Found, bool) {
	switch {
	case name == "GIT_SSL_NO_VERIFY":
		// Git asks whether it is set, not to what.
		return Found{Rule: "git-ssl-no-verify", Text: "GIT_SSL_NO_VERIFY"}, true
	case name == "PYTHONHTTPSVERIFY":
		return Found{Rule: "python-https-verify-off", Text: "PYTHONHTTPSVERIFY=0"}, value == "0"
	case name == "NODE_TLS_REJECT_UNAUTHORIZED":
		return Found{Rule: "node-tls-reject-off", Text: "NODE_TLS_REJECT_UNAUTHORIZED=0"}, value == "0"
	case name == "PIP_TRUSTED_HOST":
		return Found{Rule: "pip-trusted-host-env", Text: "PIP_TRUSTED_HOST"}, value != ""
	case strings.EqualFold(name, "npm_config_strict_ssl"), name == "YARN_STRICT_SSL", name == "YARN_ENABLE_STRICT_SSL":
		return Found{Rule: "npm-strict-ssl-env", Text: name + "=false"}, IsFalse(value)
	case name == "CONDA_SSL_VERIFY":
		return Found{Rule: "conda-ssl-verify-off", Text: "CONDA_SSL_VERIFY=false"}, IsFalse(value)
	}
	return Found{}, false
}
