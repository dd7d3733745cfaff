package auth

import (
	"errors"
	"net/mail"
	"strings"
)

// maxEmail is how long an address may be, in bytes (RFC 5321 §4.5.3.1.3, less the brackets);
// maxLocal is the part before the @ (§4.5.3.1.1).
const (
	maxEmail = 254
	maxLocal = 64
)

// ErrEmail is an address that cannot be used here. Only plain ASCII ones can: two spellings
// that look or fold alike would otherwise be two people who are taken for one.
var ErrEmail = errors.New("auth: not an email address")

// ParseEmail reads the address somebody typed and gives it in the one form that stands for the
// person: trimmed and in lower case. What it refuses is ErrEmail.
func ParseEmail(typed string) (string, error) {
	email := strings.Trim(typed, " \t\u3000") // a form's line breaks are no typing slip
	if len(email) > maxEmail || strings.ContainsFunc(email, unusual) {
		return "", ErrEmail
	}
	// A display name, a comment, a quoted local part or an address literal parse, but differ.
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email {
		return "", ErrEmail
	}
	at := strings.LastIndexByte(email, '@')
	if at > maxLocal || !isHost(email[at+1:]) {
		return "", ErrEmail
	}
	return strings.ToLower(email), nil
}

func unusual(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"\()<>[]:;,`, r) }

// isHost reports whether labels of letters, digits and inner hyphens make up a domain whose
// last one is not a number (RFC 1123 §2.1).
func isHost(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			return false
		}
	}
	return strings.ContainsFunc(labels[len(labels)-1], func(r rune) bool { return r < '0' || r > '9' })
}
