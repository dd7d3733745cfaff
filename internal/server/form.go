package server

import (
	"errors"
	"net/http"
	"strings"

	"gochatting/internal/message"
)

// maxForm is how many bytes a form may have: an address of 254, a code and a path.
const maxForm = 8 << 10

const lobbyPath = "/rooms/" + message.Lobby

// maxNext is how long a path may be to which somebody goes on. It also comes back in mails.
const maxNext = 200

// local gives next if it is a path on this site, and otherwise: a form must not send people
// anywhere else.
func local(next, otherwise string) string {
	odd := func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, odd) {
		return otherwise
	}
	return next
}

// readForm reads a form of either encoding, which must be small.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseMultipartForm(maxForm)
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.Is(err, http.ErrNotMultipart) && !errors.As(err, &tooLarge) {
		return &message.Error{Code: message.CodeInvalid, Text: "This form cannot be read."}
	}
	if tooLarge != nil {
		return tooLarge
	}
	return nil
}
