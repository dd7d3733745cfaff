package message

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Codes of an Error, for programs; each has its sentence in Text.
const (
	CodeInvalid     = "invalid"     // not a Message, or not one that a client may send
	CodeEmpty       = "empty"       // nothing but white space
	CodeTooLong     = "too_long"    // over Limits.MessageBytes
	CodeSlowDown    = "slow_down"   // too many; try again after RetryAfter seconds
	CodeNotFound    = "not_found"   // no such thing, or not for you
	CodeNotStored   = "not_stored"  // the store could not take it; nothing was shown to anybody
	CodeSignedOut   = "signed_out"  // no session, or one that has ended
	CodeForbidden   = "forbidden"   // from where, or from whom, it may not come
	CodeConflict    = "conflict"    // not as things stand: a name that is taken, an archived room
	CodeLimit       = "limit"       // there are as many as there may be
	CodeMuted       = "muted"       // nothing may be said; for RetryAfter seconds
	CodeBanned      = "banned"      // not let in, nor this network; for RetryAfter seconds, if any
	CodeWrongCode   = "wrong_code"  // the code is not right, or not any more
	CodeUnreachable = "unreachable" // the mail server does not answer; try again
	CodeAway        = "away"        // the database cannot be reached; try again
	CodeInternal    = "internal"    // our fault
)

// maxRef is how many bytes a Ref may have: enough for a UUID and a prefix.
const maxRef = 64

// Decode reads JSON that a client sent, strictly: a key that is unknown, stands twice or has a value
// of another type is refused with an *Error that names it.
func Decode[T any](data []byte) (T, error) {
	var v, none T
	if err := json.Unmarshal(data, &v, json.RejectUnknownMembers(true)); err != nil {
		return none, &Error{Code: CodeInvalid, Text: "This cannot be understood: " + describe(err)}
	}
	return v, nil
}

// Parse reads what a client of the current dialect sent: one Message, as Decode does. Where a Ref
// could be read, the Message returned beside the error carries it.
func Parse(data []byte) (Message, error) {
	m, err := Decode[Message](data)
	if err != nil {
		return Message{Ref: readRef(data)}, err
	}
	if len(m.Ref) > maxRef {
		return Message{}, &Error{Code: CodeInvalid, Text: fmt.Sprintf("Ref has %d bytes; at most %d.", len(m.Ref), maxRef)}
	}
	return m, nil
}

// readRef finds the Ref of what could not be parsed whole, as far as that is JSON, so that its
// author learns what failed.
func readRef(data []byte) string {
	in := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))
	if token, err := in.ReadToken(); err != nil || token.Kind() != '{' {
		return ""
	}
	for {
		key, err := in.ReadToken()
		if err != nil || key.Kind() != '"' {
			return ""
		}
		if key.String() != "Ref" {
			if err := in.SkipValue(); err != nil {
				return ""
			}
			continue
		}
		ref, err := in.ReadToken()
		if err != nil || ref.Kind() != '"' || len(ref.String()) > maxRef {
			return ""
		}
		return ref.String()
	}
}

// describe says in a sentence what is wrong with JSON and where, without repeating a value.
func describe(err error) string {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return fmt.Sprintf("the key %s is unknown.", key(semantic.JSONPointer))
	case errors.As(err, &semantic):
		return fmt.Sprintf("the key %s has a value of the wrong type.", key(semantic.JSONPointer))
	case errors.As(err, &syntactic) && errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Sprintf("the key %s stands twice.", key(syntactic.JSONPointer))
	case errors.As(err, &syntactic):
		return fmt.Sprintf("it is no valid JSON at byte %d.", syntactic.ByteOffset)
	default:
		return "it is no valid JSON."
	}
}

// key names a place in JSON as people write it: TextMessage.Content.
func key(p jsontext.Pointer) string {
	const most = 80
	name := strings.ReplaceAll(strings.TrimPrefix(string(p), "/"), "/", ".")
	if name == "" {
		return "at the top"
	}
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// CheckContent says whether a text may be said where at most limit bytes may be. The error is
// an *Error for its author.
func CheckContent(content string, limit int) error {
	switch {
	case len(content) > limit:
		return &Error{Code: CodeTooLong, Text: fmt.Sprintf("This has %d bytes; at most %d. Please send it in parts.", len(content), limit)}
	case strings.TrimSpace(content) == "":
		return &Error{Code: CodeEmpty, Text: "There is nothing in this message."}
	case strings.ContainsRune(content, 0) || !utf8.ValidString(content):
		return &Error{Code: CodeInvalid, Text: "This contains characters that are no text."}
	}
	return nil
}
