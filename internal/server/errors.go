package server

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"gochatting/internal/auth"
	"gochatting/internal/files"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

// statuses are the HTTP statuses of what can go wrong, by the Code of a message.Error.
var statuses = map[string]int{
	message.CodeInvalid:     http.StatusBadRequest,
	message.CodeEmpty:       http.StatusUnprocessableEntity,
	message.CodeTooLong:     http.StatusRequestEntityTooLarge,
	message.CodeSlowDown:    http.StatusTooManyRequests,
	message.CodeNotFound:    http.StatusNotFound,
	message.CodeNotStored:   http.StatusServiceUnavailable,
	message.CodeSignedOut:   http.StatusUnauthorized,
	message.CodeForbidden:   http.StatusForbidden,
	message.CodeConflict:    http.StatusConflict,
	message.CodeLimit:       http.StatusUnprocessableEntity,
	message.CodeMuted:       http.StatusForbidden,
	message.CodeWrongCode:   http.StatusForbidden,
	message.CodeBanned:      http.StatusForbidden,
	message.CodeUnreachable: http.StatusServiceUnavailable,
	message.CodeAway:        http.StatusServiceUnavailable,
	message.CodeInternal:    http.StatusInternalServerError,
}

// errMethod is an address that does not take the request's method.
var errMethod = errors.New("method not allowed")

// explain makes of any error what may be told: the one place where errors become answers.
// What is not expected is logged here and told as our fault.
func (s *Server) explain(r *http.Request, err error) (status int, told *message.Error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errMethod):
		return http.StatusMethodNotAllowed, &message.Error{Code: message.CodeInvalid, Text: "This address does not take this method; see the header Allow."}
	case errors.As(err, &told):
	case errors.Is(err, auth.ErrNoSession):
		told = &message.Error{Code: message.CodeSignedOut, Text: "Please sign in: open the first page and type your email."}
	case errors.Is(err, auth.ErrUnproven):
		told = &message.Error{Code: message.CodeSignedOut, Text: "Please prove your address first: open the first page."}
	case errors.Is(err, store.ErrNotFound):
		told = &message.Error{Code: message.CodeNotFound, Text: "There is nothing here, or nothing for you."}
	case errors.Is(err, store.ErrWrongCode):
		told = &message.Error{Code: message.CodeWrongCode, Text: "This code is not right, or not any more. Please ask for a new one."}
	case errors.As(err, &tooLarge):
		told = &message.Error{Code: message.CodeTooLong, Text: "That is more than the server takes at once."}
	case errors.Is(err, store.ErrFull), errors.Is(err, files.ErrFull):
		s.out.Error("answer", "method", r.Method, "route", r.Pattern, "err", err)
		told = &message.Error{Code: message.CodeNotStored, Text: "The server's disk is full. Please try again later."}
	case errors.Is(err, store.ErrAway): // which the store has logged
		told = &message.Error{Code: message.CodeAway, Text: "The server cannot reach its data just now. Please try again in a moment.", RetryAfter: 5}
	default:
		if r.Context().Err() == nil { // nobody waits for the answer otherwise
			s.out.Error("answer", "method", r.Method, "route", r.Pattern, "err", err)
		}
		told = &message.Error{Code: message.CodeInternal, Text: "Something broke on our side. It has been noted."}
	}
	return statuses[told.Code], told
}

// retryAfter sets the header that says when to try again, in whole seconds.
func retryAfter(w http.ResponseWriter, e *message.Error) {
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter))))
	}
}
