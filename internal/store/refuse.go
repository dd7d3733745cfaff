package store

import (
	"errors"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// refuse says to people why something is not done: the error is both the kind, for errors.Is, and a
// *message.Error with the sentence.
func refuse(kind error, sentence string) error { return refuseFor(kind, sentence, 0) }

// refuseFor also says after how long to try again; 0: never.
func refuseFor(kind error, sentence string, rest time.Duration) error {
	code := message.CodeInvalid
	switch {
	case errors.Is(kind, ErrForbidden):
		code = message.CodeForbidden
	case errors.Is(kind, ErrArchived), errors.Is(kind, ErrTaken), errors.Is(kind, ErrConflict):
		code = message.CodeConflict
	case errors.Is(kind, ErrTooMany):
		code = message.CodeLimit
	case errors.Is(kind, ErrMuted):
		code = message.CodeMuted
	case errors.Is(kind, ErrBanned):
		code = message.CodeBanned
	case errors.Is(kind, ErrSlow):
		code = message.CodeSlowDown
	}
	return fmt.Errorf("%w: %w", kind, &message.Error{Code: code, Text: sentence, RetryAfter: rest.Seconds()})
}

func archived() error { return refuse(ErrArchived, "This room is archived: it can only be read.") }
