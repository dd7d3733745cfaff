package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func revsOfRooms(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	rooms := []string{message.Lobby, "nowhere"}
	for i := range 3 {
		rooms = append(rooms, w.makeRoom(t, ann, message.PrivateRoom, fmt.Sprint("room ", i)).ID)
	}
	w.say(t, ann, "", "hi")
	w.sayIn(t, rooms[3], ann, "one")
	w.sayIn(t, rooms[3], ann, "two")
	revs, err := w.Revs(t.Context(), rooms)
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{message.Lobby: 1, rooms[2]: 0, rooms[3]: 2, rooms[4]: 0}, revs)
	for range 1000 { // more than one query asks for
		rooms = append(rooms, "nowhere")
	}
	revs, err = w.Revs(t.Context(), append(rooms, rooms[3]))
	require.NoError(t, err)
	assert.Len(t, revs, 4)
	assert.EqualValues(t, 2, revs[rooms[3]])
	revs, err = w.Revs(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, revs)
}

func deadSessions(t *testing.T, w *world) {
	var ids []string
	for _, name := range []string{"ann", "ben", "cleo"} {
		came, err := w.Claim(t.Context(), store.Claim{Email: name + "@example.org", Name: name, TokenHash: []byte(name)})
		require.NoError(t, err)
		ids = append(ids, came.Session.ID)
	}
	w.pass(time.Minute)
	require.NoError(t, w.Touch(t.Context(), ids[:2]))
	require.NoError(t, w.EndSession(t.Context(), ids[0]))
	w.pass(store.Hold / 2)
	dead, err := w.Dead(t.Context(), append(ids, "no session"))
	require.NoError(t, err)
	assert.Equal(t, []string{ids[0], ids[2], "no session"}, dead, "Cleo's was never used")
	w.pass(2 * store.Hold)
	dead, err = w.Dead(t.Context(), ids)
	require.NoError(t, err)
	assert.Equal(t, ids, dead)
	dead, err = w.Dead(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, dead)
}

func secrets(t *testing.T, w *world) {
	kept := make([]string, 20)
	sideBySide(len(kept), func(i int) {
		var err error
		kept[i], err = w.Secret(context.Background(), "salt", func() (string, error) { return fmt.Sprint("value ", i), nil })
		assert.NoError(t, err)
	})
	w.reopen(t)
	oops := errors.New("oops")
	fails := func() (string, error) { return "", oops }
	again, err := w.Secret(t.Context(), "salt", fails)
	require.NoError(t, err)
	assert.NotEmpty(t, again)
	for _, value := range kept {
		assert.Equal(t, again, value)
	}
	_, err = w.Secret(t.Context(), "pepper", fails)
	require.ErrorIs(t, err, oops)
}

// noText: what is not text is refused wherever it is given, and troubles nobody else.
func noText(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	ctx := context.Background()
	said := w.say(t, ann, "", "hi")
	post := func(d store.Draft) error {
		if d.Room == "" {
			d.Room = message.Lobby
		}
		if d.Author.ID == "" {
			d.Author = ann
		}
		_, _, err := w.Post(ctx, d)
		return err
	}
	for _, bad := range []string{"a\x00b", "a\xffb", "\xed\xa0\x80"} {
		all := map[string]func() error{
			"content":  func() error { return post(store.Draft{Content: bad}) },
			"html":     func() error { return post(store.Draft{Content: "x", HTML: bad}) },
			"ref":      func() error { return post(store.Draft{Content: "x", Ref: bad}) },
			"room":     func() error { return post(store.Draft{Content: "x", Room: bad}) },
			"author":   func() error { return post(store.Draft{Content: "x", Author: message.User{ID: bad}}) },
			"mentions": func() error { return post(store.Draft{Content: "x", Mentions: []string{ann.ID, bad}}) },
			"files":    func() error { return post(store.Draft{Content: "x", Files: []message.File{{ID: bad}}}) },
			"edit": func() error {
				_, err := w.Edit(ctx, ann.ID, message.Lobby, said.TextMessage.ID, store.Words{Content: bad})
				return err
			},
			"guest":  func() error { _, err := w.Guest(ctx, bad, "x", ""); return err },
			"user":   func() error { _, err := w.User(ctx, bad); return err },
			"read":   func() error { _, _, err := w.SetRead(ctx, ann.ID, bad, 1); return err },
			"page":   func() error { _, err := w.Before(ctx, ann.ID, bad, 0, 0); return err },
			"claim":  func() error { _, err := w.Claim(ctx, store.Claim{Email: "x@example.org", Name: bad}); return err },
			"revs":   func() error { _, err := w.Revs(ctx, []string{bad}); return err },
			"secret": func() error { _, err := w.Secret(ctx, bad, func() (string, error) { return "x", nil }); return err },
		}
		var names []string
		for name := range all {
			names = append(names, name)
		}
		sideBySide(2*len(names), func(i int) {
			if i%2 == 0 {
				assert.NoError(t, post(store.Draft{Content: "good"}))
				return
			}
			err := all[names[i/2]]()
			assert.ErrorIs(t, err, store.ErrInvalid, names[i/2])
			var refused *message.Error
			assert.ErrorAs(t, err, &refused, names[i/2])
		})
	}
	page, err := w.Before(t.Context(), ann.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	for _, m := range page[1:] {
		assert.Equal(t, "good", m.TextMessage.Content)
	}
	assert.Len(t, page, 1+45)
}
