package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// stands is the message as everybody can find it, which is as it was published last.
func (w *world) stands(t *testing.T, room string, id int64) message.Message {
	log, err := w.Log(t.Context(), room, 0, 1000)
	require.NoError(t, err)
	for _, m := range log {
		if m.TextMessage.ID == id {
			heard := w.heard()
			require.Equal(t, heard[len(heard)-1], m)
			return m
		}
	}
	require.Fail(t, "it is not there")
	return message.Message{}
}

func everythingAboutAMessage(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	w.say(t, ben, "", "a question")
	file := w.upload(t, ann, "answer.txt", "42").File
	m, _, err := w.Post(t.Context(), store.Draft{
		Room: message.Lobby, Author: ann, Ref: "r1", Content: "*an answer*, @ben", HTML: "<p><em>an answer</em>, …</p>",
		ReplyTo: 1, Mentions: []string{ben.ID, message.MentionHere}, Files: []message.File{{ID: file.ID, Alt: "forty-two"}},
	})
	require.NoError(t, err)
	file.Alt = "forty-two"
	want := message.TextMessage{
		ID: 2, Rev: 2, Content: "*an answer*, @ben", HTML: "<p><em>an answer</em>, …</p>", UserInfo: ann,
		Time: m.TextMessage.Time, At: w.now().Truncate(time.Microsecond),
		ReplyTo: 1, Mentions: []string{ben.ID, message.MentionHere}, Files: []message.File{file},
	}
	assert.Equal(t, want, *m.TextMessage)
	assert.Equal(t, m, w.stands(t, message.Lobby, 2))

	for _, draft := range []store.Draft{{ReplyTo: 99}, {ReplyTo: -1}, {ReplyTo: 3}} { // 3 is what it would be itself
		draft.Room, draft.Author, draft.Content = message.Lobby, ann, "to nothing"
		_, _, err := w.Post(t.Context(), draft)
		refused(t, err, store.ErrInvalid, message.CodeInvalid)
	}
	_, err = w.React(t.Context(), ben.ID, message.Lobby, 2, "👍", true)
	require.NoError(t, err)
	_, err = w.Pin(t.Context(), ben.ID, message.Lobby, 2, true)
	require.NoError(t, err)
	want.Rev, want.Pinned, want.Reactions = 4, &want.At, []message.Reaction{{Emoji: "👍", Users: []string{ben.ID}}}
	assert.Equal(t, want, *w.stands(t, message.Lobby, 2).TextMessage)
	w.reopen(t)
	assert.Equal(t, want, *w.stands(t, message.Lobby, 2).TextMessage)
}

func edits(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	w.say(t, ann, "r1", "helo")
	w.say(t, ben, "", "hi")
	w.pass(time.Minute)
	edited, err := w.Edit(t.Context(), ann.ID, message.Lobby, 1, store.Words{Content: "**hello**", HTML: "<p><strong>hello</strong></p>"})
	require.NoError(t, err)
	text := edited.TextMessage
	assert.Equal(t, []int64{1, 3}, []int64{text.ID, text.Rev})
	assert.Equal(t, w.now().Truncate(time.Microsecond), *text.Edited)
	assert.Equal(t, text.Edited.Add(-time.Minute), text.At)
	assert.Equal(t, "r1", edited.Ref)
	assert.Equal(t, edited, w.stands(t, message.Lobby, 1))
	missed, err := w.Since(t.Context(), ben.ID, message.Lobby, 1, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"hi", "**hello**"}, contents(missed), "by rev, each once")
	page, err := w.After(t.Context(), ben.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"**hello**", "hi"}, contents(page), "by id")

	// The same again is nothing new.
	same, err := w.Edit(t.Context(), ann.ID, message.Lobby, 1, store.Words{Content: "**hello**", HTML: "<p><strong>hello</strong></p>"})
	require.NoError(t, err)
	assert.Equal(t, edited, same)
	assert.Len(t, w.heard(), 3)

	_, err = w.Edit(t.Context(), ben.ID, message.Lobby, 1, store.Words{Content: "Ben's"})
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	_, err = w.Edit(t.Context(), ann.ID, message.Lobby, 1, store.Words{})
	refused(t, err, store.ErrInvalid, message.CodeInvalid)
	_, err = w.Edit(t.Context(), ann.ID, message.Lobby, 9, store.Words{Content: "x"})
	assert.ErrorIs(t, err, store.ErrNotFound)

	withFile, err := w.sayWith(t, ann, message.Lobby, "", w.upload(t, ann, "a.txt", "a").File)
	require.NoError(t, err)
	id := withFile.TextMessage.ID
	for _, content := range []string{"look", ""} { // beside a file there need be nothing
		m, err := w.Edit(t.Context(), ann.ID, message.Lobby, id, store.Words{Content: content})
		require.NoError(t, err)
		assert.Equal(t, withFile.TextMessage.Files, m.TextMessage.Files)
	}
	assert.EqualValues(t, 6, w.say(t, ben, "", "next").TextMessage.ID-1, "what failed took no rev")

	// A repeated Ref is answered by what stands there now.
	again, repeated, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Content: "helo"})
	require.NoError(t, err)
	assert.True(t, repeated)
	assert.Equal(t, edited, again)
}

func deletes(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	w.say(t, ann, "", "first")
	m, _, err := w.Post(t.Context(), store.Draft{
		Room: message.Lobby, Author: ann, Ref: "r1", Content: "oops @ben", HTML: "<p>oops …</p>", ReplyTo: 1, Mentions: []string{ben.ID},
		Files: []message.File{w.upload(t, ann, "secret.txt", "secret").File},
	})
	require.NoError(t, err)
	_, err = w.React(t.Context(), ben.ID, message.Lobby, 2, "😱", true)
	require.NoError(t, err)
	_, err = w.Pin(t.Context(), ben.ID, message.Lobby, 2, true)
	require.NoError(t, err)
	_, _, err = w.Delete(t.Context(), ben.ID, message.Lobby, 2)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)

	w.pass(time.Minute)
	gone, blobs, err := w.Delete(t.Context(), ann.ID, message.Lobby, 2)
	require.NoError(t, err)
	assert.Equal(t, []string{"secret"}, blobs)
	at := w.now().Truncate(time.Microsecond)
	trace := message.TextMessage{ID: 2, Rev: 5, UserInfo: ann, Time: m.TextMessage.Time, At: m.TextMessage.At, Deleted: &at}
	assert.Equal(t, trace, *gone.TextMessage)
	assert.Equal(t, gone, w.stands(t, message.Lobby, 2))
	pins, err := w.Pins(t.Context(), ann.ID, message.Lobby)
	require.NoError(t, err)
	assert.Empty(t, pins)

	same, blobs, err := w.Delete(t.Context(), ann.ID, message.Lobby, 2)
	require.NoError(t, err)
	assert.Equal(t, gone, same)
	assert.Empty(t, blobs)
	_, err = w.Edit(t.Context(), ann.ID, message.Lobby, 2, store.Words{Content: "back"})
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.React(t.Context(), ben.ID, message.Lobby, 2, "😱", true)
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Pin(t.Context(), ben.ID, message.Lobby, 2, true)
	assert.ErrorIs(t, err, store.ErrNotFound)
	again, repeated, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Content: "oops @ben"})
	require.NoError(t, err)
	assert.True(t, repeated, "a retry does not bring it back")
	assert.Equal(t, gone, again)
	assert.EqualValues(t, 6, w.say(t, ben, "", "next").TextMessage.ID)
}

func reactions(t *testing.T, w *world) {
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	w.say(t, ann, "r1", "cake in the kitchen")
	react := func(who message.User, emoji string, on bool) []message.Reaction {
		t.Helper()
		m, err := w.React(t.Context(), who.ID, message.Lobby, 1, emoji, on)
		require.NoError(t, err)
		assert.Equal(t, who == ann, m.Ref == "r1", "one's own Ref only")
		return m.TextMessage.Reactions
	}
	react(ben, "🎂", true)
	react(ann, "\u2764", true)
	all := react(cleo, "🎂", true)
	assert.Equal(t, []message.Reaction{{Emoji: "🎂", Users: []string{ben.ID, cleo.ID}}, {Emoji: "❤️", Users: []string{ann.ID}}}, all)
	assert.Equal(t, all, w.stands(t, message.Lobby, 1).TextMessage.Reactions)
	assert.Len(t, w.heard(), 4)

	assert.Equal(t, all, react(ben, "🎂", true), "which is there")
	assert.Equal(t, all, react(ben, "❤️", false), "which is not")
	assert.Equal(t, all, react(ben, "👍", false))
	assert.Len(t, w.heard(), 4)

	assert.Equal(t, []message.Reaction{{Emoji: "🎂", Users: []string{cleo.ID}}, all[1]}, react(ben, "🎂", false))
	assert.Equal(t, all[1:], react(cleo, "🎂", false))
	assert.Empty(t, react(ann, "❤️", false))
	assert.EqualValues(t, 7, w.stands(t, message.Lobby, 1).TextMessage.Rev)
	for _, no := range []string{"", "a", "👍👍", "<b>"} {
		_, err := w.React(t.Context(), ben.ID, message.Lobby, 1, no, true)
		refused(t, err, store.ErrInvalid, message.CodeInvalid)
	}
}

func pinning(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	for _, content := range []string{"one", "two", "three"} {
		w.say(t, ann, "", content)
	}
	pin := func(id int64, on bool) {
		t.Helper()
		w.pass(time.Second)
		m, err := w.Pin(t.Context(), ben.ID, message.Lobby, id, on)
		require.NoError(t, err)
		assert.Equal(t, on, m.TextMessage.Pinned != nil)
	}
	pinned := func() []string {
		page, err := w.Pins(t.Context(), ann.ID, message.Lobby)
		require.NoError(t, err)
		return contents(page)
	}
	assert.Empty(t, pinned())
	pin(3, true)
	pin(1, true)
	pin(3, true)
	assert.Equal(t, []string{"one", "three"}, pinned(), "the latest pinned first; again is not later")
	assert.Len(t, w.heard(), 5)
	pin(3, false)
	pin(3, false)
	assert.Equal(t, []string{"one"}, pinned())
	assert.Len(t, w.heard(), 6)
}
