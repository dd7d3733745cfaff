package store

import (
	"errors"
	"fmt"

	"gochatting/internal/message"
)

// refuse says to people why something is not done: the error is both the kind, for errors.Is, and a
// *message.Error with the sentence.
func refuse(kind error, sentence string) error {
	code := message.CodeInvalid
	switch {
	case errors.Is(kind, ErrForbidden):
		code = message.CodeForbidden
	case errors.Is(kind, ErrArchived), errors.Is(kind, ErrTaken):
		code = message.CodeConflict
	case errors.Is(kind, ErrTooMany):
		code = message.CodeLimit
	}
	return fmt.Errorf("%w: %w", kind, &message.Error{Code: code, Text: sentence})
}

func archived() error { return refuse(ErrArchived, "This room is archived: it can only be read.") }
