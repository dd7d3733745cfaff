package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// refusedFor is refused, with when to try again; 0: never.
func refusedFor(t *testing.T, err, kind error, code string, rest time.Duration) {
	t.Helper()
	refused(t, err, kind, code)
	var told *message.Error
	require.ErrorAs(t, err, &told)
	assert.InDelta(t, rest.Seconds(), told.RetryAfter, 0.001)
}

func muting(t *testing.T, w *world) {
	olga, max := w.guestAs(t, message.RoleOwner, "olga"), w.guestAs(t, message.RoleModerator, "max")
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	said := w.say(t, ann, "r1", "before").TextMessage.ID
	ctx := t.Context()
	mute := func(by, who message.User, d time.Duration) error {
		u, err := w.Mute(ctx, by.ID, who.ID, w.now().Add(d))
		if err == nil {
			assert.Equal(t, w.now().Add(d).Truncate(time.Microsecond), u.Muted)
			assert.Equal(t, u.Muted, *u.Own().Muted)
		}
		return err
	}
	for _, by := range []message.User{ann, w.guestAs(t, message.RoleReader, "rita")} {
		refused(t, mute(by, ben, time.Minute), store.ErrForbidden, message.CodeForbidden)
	}
	for _, who := range []message.User{olga, max} {
		refused(t, mute(max, who, time.Minute), store.ErrForbidden, message.CodeForbidden)
	}
	refused(t, mute(max, ann, -time.Minute), store.ErrInvalid, message.CodeInvalid)
	assert.ErrorIs(t, mute(max, message.User{ID: "nobody"}, time.Minute), store.ErrNotFound)
	require.NoError(t, mute(olga, max, time.Minute))
	require.NoError(t, mute(max, ann, 10*time.Minute))
	w.pass(time.Minute)
	before := len(w.heard())

	for what, do := range map[string]func() error{
		"Post": func() error {
			_, _, err := w.Post(ctx, store.Draft{Room: message.Lobby, Author: ann, Content: "hi"})
			return err
		},
		"Post with more": func() error {
			_, _, err := w.Post(ctx, store.Draft{Room: message.Lobby, Author: ann, Content: "hi", HTML: "<p>hi</p>", ReplyTo: said})
			return err
		},
		"Edit": func() error {
			_, err := w.Edit(ctx, ann.ID, message.Lobby, said, store.Words{Content: "x"})
			return err
		},
		"React":   func() error { _, err := w.React(ctx, ann.ID, message.Lobby, said, "👍", true); return err },
		"Pin":     func() error { _, err := w.Pin(ctx, ann.ID, message.Lobby, said, true); return err },
		"Topic":   func() error { return w.change(t, ann, message.Lobby, store.RoomChange{Topic: new("Ann")}) },
		"AddFile": func() error { return w.AddFile(ctx, store.File{File: message.File{ID: "f"}, Owner: ann.ID}) },
		"MakeRoom": func() error {
			_, _, err := w.MakeRoom(ctx, ann.ID, store.NewRoom{Kind: message.OpenRoom, Name: "Ann was muted"})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) { refusedFor(t, do(), store.ErrMuted, message.CodeMuted, 9*time.Minute) })
	}
	assert.Len(t, w.heard(), before, "nothing happened")
	_, repeated, err := w.Post(ctx, store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Content: "before"})
	require.NoError(t, err)
	assert.True(t, repeated, "what was said is said")
	_, _, err = w.Delete(ctx, ann.ID, message.Lobby, said)
	require.NoError(t, err, "what is one's own may be taken back")

	w.pass(9 * time.Minute)
	w.say(t, ann, "", "it is over")
	require.NoError(t, mute(max, ann, time.Hour))
	u, err := w.Mute(ctx, max.ID, ann.ID, time.Time{})
	require.NoError(t, err)
	assert.Zero(t, u.Muted)
	assert.Nil(t, u.Own().Muted)
	_, err = w.Mute(ctx, max.ID, ann.ID, time.Time{})
	require.NoError(t, err)
	w.say(t, ann, "", "it was undone")
	assert.Equal(t, []string{"max unmute ann", "max mute ann"}, w.acts(t)[:2], "and once")
	own := u.Own()
	own.Muted = new(w.now())
	assert.Nil(t, w.say(t, own, "", "mine alone").TextMessage.UserInfo.Muted)
}

// While somebody of a higher rank keeps one muted or banned, that is not for lower ones to end, to shorten
// or to make theirs.
func overruling(t *testing.T, w *world) {
	olga, otto := w.guestAs(t, message.RoleOwner, "olga"), w.guestAs(t, message.RoleOwner, "otto")
	max, mia := w.guestAs(t, message.RoleModerator, "max"), w.guestAs(t, message.RoleModerator, "mia")
	eve := w.guest(t, "eve")
	operator := message.User{ID: store.Operator}
	mute := func(by message.User, d time.Duration) error {
		_, err := w.Mute(t.Context(), by.ID, eve.ID, w.now().Add(d))
		return err
	}
	unmute := func(by message.User) error {
		_, err := w.Mute(t.Context(), by.ID, eve.ID, time.Time{})
		return err
	}
	ban := func(by message.User, d time.Duration) error {
		_, err := w.Ban(t.Context(), by.ID, eve.ID, w.now().Add(d), nil)
		return err
	}
	unban := func(by message.User) error { return w.Unban(t.Context(), by.ID, eve.ID) }
	for what, ways := range map[string]struct {
		do   func(message.User, time.Duration) error
		undo func(message.User) error
	}{"a mute": {mute, unmute}, "a ban": {ban, unban}} {
		t.Run(what, func(t *testing.T) {
			for _, c := range []struct{ by, below, equal message.User }{{olga, max, otto}, {operator, olga, operator}} {
				require.NoError(t, ways.do(c.by, time.Hour))
				refused(t, ways.undo(c.below), store.ErrForbidden, message.CodeForbidden)
				for _, d := range []time.Duration{time.Minute, 2 * time.Hour} {
					refused(t, ways.do(c.below, d), store.ErrForbidden, message.CodeForbidden)
				}
				require.NoError(t, ways.undo(c.equal))
				require.NoError(t, ways.do(c.below, time.Minute))
				require.NoError(t, ways.do(c.by, time.Hour))
				w.pass(time.Hour)
				require.NoError(t, ways.do(c.below, time.Hour), "it was over")
				require.NoError(t, ways.undo(c.below))
			}
			require.NoError(t, ways.do(max, time.Hour))
			require.NoError(t, ways.do(mia, time.Minute))
			require.NoError(t, ways.undo(max))
		})
	}
}

// In a slow room everybody speaks seldom, but for who keeps order.
func slowRooms(t *testing.T, w *world) {
	max := w.guestAs(t, message.RoleModerator, "max")
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	tea := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	w.join(t, tea, max, ben)
	post := func(who message.User, ref string, replyTo int64) error {
		_, _, err := w.Post(t.Context(), store.Draft{Room: tea, Author: who, Ref: ref, Content: "hi", ReplyTo: replyTo})
		return err
	}
	require.NoError(t, post(ben, "0", 0))
	require.NoError(t, w.change(t, ann, tea, store.RoomChange{Slow: new(30)}))
	require.NoError(t, post(ben, "1", 0))
	w.pass(10 * time.Second)
	refusedFor(t, post(ben, "2", 0), store.ErrSlow, message.CodeSlowDown, 20*time.Second)
	require.NoError(t, post(ben, "1", 0), "which was said")
	w.say(t, ben, "", "elsewhere")
	for range 2 {
		require.NoError(t, post(ann, "", 0))
		require.NoError(t, post(max, "", 0))
	}
	_, err := w.React(t.Context(), ben.ID, tea, 1, "👍", true)
	require.NoError(t, err)
	w.pass(20 * time.Second)
	refused(t, post(ben, "3", 99), store.ErrInvalid, message.CodeInvalid)
	require.NoError(t, post(ben, "3", 0), "what failed was not said")
	refused(t, post(ben, "4", 0), store.ErrSlow, message.CodeSlowDown)

	// Leaving and joining is no way around it.
	_, err = w.RemoveMember(t.Context(), ben.ID, tea, ben.ID)
	require.NoError(t, err)
	w.join(t, tea, ben)
	refusedFor(t, post(ben, "5", 0), store.ErrSlow, message.CodeSlowDown, 30*time.Second)
	require.NoError(t, w.change(t, max, tea, store.RoomChange{Slow: new(0)}))
	require.NoError(t, post(ben, "5", 0))
	rev, err := w.Rev(t.Context(), tea)
	require.NoError(t, err)
	assert.EqualValues(t, 9, rev, "what was refused took no rev")
}
