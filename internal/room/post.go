package room

import (
	"context"
	"strings"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// A Renderer makes safe HTML of what people type.
type Renderer interface {
	// Names are those that content may mention, folded.
	Names(content string) []string
	// Render makes the HTML, "" if content is best shown as it is, and says who is mentioned
	// of people; of those with one name the one in prefer, if any is.
	Render(ctx context.Context, content string, people []message.User, prefer []string) (html string, mentions []string)
}

// mostMentions is how many people a client may name to tell them apart.
const mostMentions = 100

// Say takes a message into its room and returns it when it is on disk; everyone in the room hears it
// by the bus. The author need not be connected. A message that was posted before, by its Ref, is
// returned as it stands now, with repeated. Any error is a *message.Error for the author.
func (d *Directory) Say(ctx context.Context, author message.User, said message.Message) (m message.Message, repeated bool, err error) {
	// Not to wait for the answer would be not to know whether it was stored.
	ctx = context.WithoutCancel(ctx)
	text := said.TextMessage
	draft := store.Draft{Room: said.Room, Author: author, Ref: said.Ref, ReplyTo: text.ReplyTo, Files: text.Files}
	words, err := d.words(ctx, said.Room, text.Content, text.Mentions, len(text.Files) > 0)
	if err == nil {
		draft.Content, draft.HTML, draft.Mentions = words.Content, words.HTML, words.Mentions
		m, repeated, err = d.store.Post(ctx, draft)
	}
	if err != nil {
		return message.Message{}, false, d.refuse("post", said.Room, author.ID, err)
	}
	if m.Room != said.Room { // perhaps one that they have left since
		return message.Message{}, false, &message.Error{
			Code: message.CodeConflict, Text: "This Ref was used in another room. Please choose a new one.",
		}
	}
	return m, repeated, nil
}

// Edit says one of the author's own messages anew, likewise.
func (d *Directory) Edit(ctx context.Context, author, room string, id int64, content string, mentions []string) (message.Message, error) {
	ctx = context.WithoutCancel(ctx)
	before, err := d.store.Message(ctx, author, room, id)
	if err != nil {
		return message.Message{}, err
	}
	words, err := d.words(ctx, room, content, mentions, len(before.TextMessage.Files) > 0)
	if err != nil {
		return message.Message{}, err
	}
	return d.store.Edit(ctx, author, room, id, words)
}

// words are a content with what is in it: how it is shown, and whom it mentions. With files there
// need not be any.
func (d *Directory) words(ctx context.Context, room, content string, prefer []string, files bool) (store.Words, error) {
	if files && strings.TrimSpace(content) == "" {
		return store.Words{}, nil
	}
	if err := message.CheckContent(content, d.limit); err != nil {
		return store.Words{}, err
	}
	if len(prefer) > mostMentions {
		return store.Words{}, &message.Error{Code: message.CodeLimit, Text: "This mentions too many people. Mention everyone with @here."}
	}
	var people []message.User
	if names := d.markup.Names(content); len(names) > 0 {
		var err error
		if people, err = d.store.Named(ctx, room, names); err != nil {
			return store.Words{}, err
		}
	}
	w := store.Words{Content: content}
	w.HTML, w.Mentions = d.markup.Render(ctx, content, people, prefer)
	return w, nil
}
