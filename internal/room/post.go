package room

import (
	"context"
	"errors"

	"gochatting/internal/message"
	"gochatting/internal/socket"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// Post takes what from says into its room and returns when it is on disk; everyone in the room
// hears it by the bus. A message that was posted before, by its Ref, is only shown to from
// again. Any error is a *message.Error for the author.
func (d *Directory) Post(ctx context.Context, from *user.OnlineUser, said message.Message) error {
	posted, repeated, err := d.Say(ctx, from.Info(), said)
	if err != nil || !repeated {
		return err
	}
	f, err := message.Encode(posted)
	if err != nil || !from.Offer(f) {
		from.Close(socket.TryAgainLater, "too slow")
	}
	return nil
}

// Say is Post for an author who need not be connected: it returns the message as it is stored,
// and whether it had been there already.
func (d *Directory) Say(ctx context.Context, author message.User, said message.Message) (message.Message, bool, error) {
	content := said.TextMessage.Content
	if err := message.CheckContent(content, d.limit); err != nil {
		return message.Message{}, false, err
	}
	// Not to wait for the answer would be not to know whether it was stored.
	ctx = context.WithoutCancel(ctx)
	posted, repeated, err := d.store.Post(ctx, store.Draft{Room: said.Room, Author: author, Ref: said.Ref, Content: content})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return message.Message{}, false, &message.Error{Code: message.CodeNotFound, Text: "There is no such room."}
	case err != nil:
		d.out.Error("post", "room", said.Room, "user", author.ID, "err", err)
		return message.Message{}, false, &message.Error{
			Code: message.CodeNotStored,
			Text: "The server could not store this, so nobody has seen it. Please try again in a moment.",
		}
	}
	return posted, repeated, nil
}
