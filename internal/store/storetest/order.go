package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// allAtOnce has people do everything to messages in two rooms, side by side: what was published is in
// order and without holes, and the last that was heard of a message is how it stands.
func allAtOnce(t *testing.T, w *world) {
	const people, each = 12, 25
	crowd := make([]message.User, people)
	sideBySide(people, func(i int) { crowd[i] = w.guest(t, fmt.Sprint("guest", i)) })
	room := w.makeRoom(t, crowd[0], message.PrivateRoom, "Room", crowd[1:]...).ID
	sideBySide(people, func(i int) {
		dice := rand.New(rand.NewPCG(uint64(i), 4))
		for k := range each {
			err := w.doSomething(context.Background(), dice, crowd[i], []string{room, message.Lobby}[dice.IntN(2)], fmt.Sprint(i, " says ", k))
			assert.True(t, err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForbidden), "%v", err)
		}
	})

	last := map[string]map[int64]message.Message{room: {}, message.Lobby: {}}
	revs := map[string]int64{}
	for _, m := range w.heard() {
		revs[m.Room]++
		require.Equal(t, revs[m.Room], m.TextMessage.Rev, "in order, without holes")
		if _, known := last[m.Room][m.TextMessage.ID]; !known {
			require.Equal(t, m.TextMessage.ID, m.TextMessage.Rev, "nothing changes before it is said")
		}
		last[m.Room][m.TextMessage.ID] = m
	}
	check := func() {
		for room, messages := range last {
			rev, err := w.Rev(t.Context(), room)
			require.NoError(t, err)
			assert.Equal(t, revs[room], rev)
			log, err := w.Log(t.Context(), room, 0, 10000)
			require.NoError(t, err)
			assert.Len(t, log, len(messages), "each message once")
			for i, m := range log {
				require.Equal(t, messages[m.TextMessage.ID], m)
				require.True(t, i == 0 || log[i-1].TextMessage.Rev < m.TextMessage.Rev)
			}
		}
	}
	check()
	w.reopen(t)
	check()
}

func (w *world) doSomething(ctx context.Context, dice *rand.Rand, who message.User, room, content string) (err error) {
	rev, err := w.Rev(ctx, room)
	if err != nil {
		return err
	}
	id := 1 + dice.Int64N(rev+1) // there may be no message of it
	page, err := w.Before(ctx, who.ID, room, id, 0)
	if err != nil {
		return err
	}
	for _, m := range page {
		if m.TextMessage.UserInfo.ID == who.ID {
			id = m.TextMessage.ID // rather one's own
		}
	}
	switch dice.IntN(10) {
	case 0:
		_, err = w.Edit(ctx, who.ID, room, id, store.Words{Content: content, HTML: "<p>" + content + "</p>"})
	case 1:
		_, _, err = w.Delete(ctx, who.ID, room, id)
	case 2, 3:
		_, err = w.React(ctx, who.ID, room, id, []string{"👍", "🎉"}[dice.IntN(2)], dice.IntN(3) > 0)
	case 4:
		_, err = w.Pin(ctx, who.ID, room, id, dice.IntN(2) > 0)
	case 5:
		_, _, err = w.Post(ctx, store.Draft{Room: room, Author: who, Ref: content, Content: content, Mentions: []string{message.MentionHere}})
	case 6:
		var act string
		if act, _, err = w.Purge(ctx, store.Operator, who.ID); err == nil && act != "" && dice.IntN(4) > 0 {
			_, err = w.Restore(ctx, store.Operator, act)
		}
	default:
		_, _, err = w.Post(ctx, store.Draft{Room: room, Author: who, Ref: content, Content: content})
	}
	return err
}
