package room

import (
	"errors"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

var errNoRoom = &message.Error{Code: message.CodeNotFound, Text: "There is no such room."}

// refuse makes of an error what is told to the author of a frame: a *message.Error. What is not
// their doing is logged.
func (d *Directory) refuse(what, room, user string, err error) error {
	var told *message.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, store.ErrNotFound):
		return errNoRoom
	}
	d.out.Error(what, "room", room, "user", user, "err", err)
	return &message.Error{
		Code: message.CodeNotStored,
		Text: "The server could not store this, so nobody has seen it. Please try again in a moment.",
	}
}
