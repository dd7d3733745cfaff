package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// guestAs is somebody who has a role: who keeps order has proven their address, and was not the first.
func (w *world) guestAs(t *testing.T, role, name string) message.User {
	who := w.guest(t, name)
	if role == message.RoleOwner || role == message.RoleModerator {
		c := w.mailed(t, name+"@example.org", name)
		c.Invite = w.invite(t, store.Operator, message.Lobby, message.RoleReader, 1)
		who = w.came(t, c).Session.User.Public()
	}
	u, err := w.SetRole(t.Context(), store.Operator, who.ID, role)
	require.NoError(t, err)
	require.Equal(t, role, u.Role)
	return u.Public()
}

func (w *world) roleOf(t *testing.T, who message.User) string {
	u, err := w.User(t.Context(), who.ID)
	require.NoError(t, err)
	return u.Role
}

func roles(t *testing.T, w *world) {
	olga, max := w.guestAs(t, message.RoleOwner, "olga"), w.guestAs(t, message.RoleModerator, "max")
	ann, rita := w.claim(t, "ann@example.org", "ann", "ann's").User.Public(), w.guestAs(t, message.RoleReader, "rita")
	set := func(by, who message.User, role string) error {
		_, err := w.SetRole(t.Context(), by.ID, who.ID, role)
		return err
	}
	assert.Equal(t, []string{message.RoleOwner, message.RoleModerator, "", message.RoleReader}, []string{olga.Role, max.Role, ann.Role, rita.Role})

	for _, by := range []message.User{max, ann, rita} {
		refused(t, set(by, ann, message.RoleModerator), store.ErrForbidden, message.CodeForbidden)
		refused(t, set(by, by, message.RoleOwner), store.ErrForbidden, message.CodeForbidden)
	}
	require.NoError(t, set(olga, ann, message.RoleModerator))
	assert.Equal(t, message.RoleModerator, w.roleOf(t, ann))
	refused(t, set(olga, ann, "king"), store.ErrInvalid, message.CodeInvalid)
	assert.ErrorIs(t, set(olga, message.User{ID: "nobody"}, message.RoleMember), store.ErrNotFound)

	for _, by := range []message.User{olga, {ID: store.Operator}} {
		refused(t, set(by, olga, message.RoleMember), store.ErrConflict, message.CodeConflict)
	}
	require.NoError(t, set(olga, ann, message.RoleOwner))
	require.NoError(t, set(ann, olga, message.RoleMember), "owners are equals")
	refused(t, set(ann, ann, message.RoleMember), store.ErrConflict, message.CodeConflict)

	w.say(t, ann, "", "hi")
	page, err := w.Before(t.Context(), olga.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, message.RoleOwner, page[0].TextMessage.UserInfo.Role, "today's")
}

// Whoever has no address any more will never be anybody again.
func rolesOfTheLost(t *testing.T, w *world) {
	ghost := w.guest(t, "ann")
	w.claim(t, "ann@example.org", "ann", "laptop")
	_, err := w.SetRole(t.Context(), store.Operator, ghost.ID, message.RoleOwner)
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.SetRole(t.Context(), ghost.ID, w.guest(t, "ben").ID, message.RoleOwner)
	assert.ErrorIs(t, err, store.ErrNotFound)
}

// A reader has only the rooms that they are in, and says nothing there.
func readers(t *testing.T, w *world) {
	ann, ben, rita := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "rita")
	tea, attic := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID, w.makeRoom(t, ann, message.PrivateRoom, "Attic", rita).ID
	w.join(t, tea, ben)
	nook := w.makeRoom(t, rita, message.PrivateRoom, "Nook", ben).ID
	w.sayIn(t, nook, ben, "in her room")
	own := w.sayIn(t, attic, rita, "when I was a member").TextMessage.ID
	w.sayIn(t, tea, ben, "nothing for readers")
	secret, err := w.sayWith(t, ben, tea, "", w.upload(t, ben, "tea.txt", "tea").File)
	require.NoError(t, err)
	waiting := w.upload(t, rita, "mine.txt", "mine").File
	lobby := w.say(t, ann, "", "for everybody").TextMessage.ID
	_, err = w.SetRole(t.Context(), store.Operator, rita.ID, message.RoleReader)
	require.NoError(t, err)
	ctx, before := t.Context(), len(w.heard())

	assert.Equal(t, []string{"Attic", "Lobby", "Nook"}, w.names(t, rita))
	_, err = w.Room(ctx, rita.ID, tea)
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.RoomByName(ctx, rita.ID, "Tea")
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Before(ctx, rita.ID, tea, 0, 0)
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.AddMember(ctx, rita.ID, tea, rita.ID)
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.File(ctx, rita.ID, secret.TextMessage.Files[0].ID)
	assert.ErrorIs(t, err, store.ErrNotFound)
	open, err := w.Browse(ctx, rita.ID, "", "", 0)
	require.NoError(t, err)
	require.Len(t, open, 1)
	assert.Equal(t, message.Lobby, open[0].ID)
	assert.Empty(t, w.search(t, rita, "nothing"))
	assert.Equal(t, []string{"for everybody"}, w.search(t, rita, "everybody"))
	_, _, err = w.Search(ctx, rita.ID, "in:tea x", 0, 0)
	assert.Error(t, err)

	for what, do := range map[string]func() error{
		"Post": func() error {
			_, _, err := w.Post(ctx, store.Draft{Room: attic, Author: rita, Content: "hi"})
			return err
		},
		"Edit":    func() error { _, err := w.Edit(ctx, rita.ID, attic, own, store.Words{Content: "x"}); return err },
		"React":   func() error { _, err := w.React(ctx, rita.ID, message.Lobby, lobby, "👍", true); return err },
		"Pin":     func() error { _, err := w.Pin(ctx, rita.ID, message.Lobby, lobby, true); return err },
		"Delete":  func() error { _, _, err := w.Delete(ctx, rita.ID, nook, 1); return err },
		"Rename":  func() error { return w.change(t, rita, nook, store.RoomChange{Name: new("Mine")}) },
		"Remove":  func() error { _, err := w.RemoveMember(ctx, rita.ID, nook, ben.ID); return err },
		"Invite":  func() error { _, err := w.AddMember(ctx, rita.ID, attic, ben.ID); return err },
		"Topic":   func() error { return w.change(t, rita, attic, store.RoomChange{Topic: new("Rita")}) },
		"AddFile": func() error { return w.AddFile(ctx, store.File{File: message.File{ID: "f"}, Owner: rita.ID}) },
		"Attach":  func() error { _, err := w.sayWith(t, rita, attic, "", waiting); return err },
		"Open": func() error {
			_, _, err := w.MakeRoom(ctx, rita.ID, store.NewRoom{Kind: message.OpenRoom, Name: "Mine"})
			return err
		},
		"Private": func() error {
			_, _, err := w.MakeRoom(ctx, rita.ID, store.NewRoom{Kind: message.PrivateRoom, Name: "Mine"})
			return err
		},
		"Direct": func() error {
			_, _, err := w.MakeRoom(ctx, rita.ID, store.NewRoom{Kind: message.DirectRoom, Users: []string{ann.ID}})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) { refused(t, do(), store.ErrForbidden, message.CodeForbidden) })
	}
	assert.Len(t, w.heard(), before, "nothing happened")
	_, changed, err := w.SetRead(ctx, rita.ID, message.Lobby, lobby)
	require.NoError(t, err)
	assert.True(t, changed)
	_, _, err = w.Delete(ctx, rita.ID, attic, own)
	assert.NoError(t, err, "what is one's own may be taken back")

	_, err = w.SetRole(ctx, store.Operator, rita.ID, message.RoleMember)
	require.NoError(t, err)
	w.join(t, tea, rita)
	w.sayIn(t, tea, rita, "at last")
}

// Whom a reader sees are those in their rooms; only who can come to a room can be mentioned there.
func peopleOfReaders(t *testing.T, w *world) {
	w.claim(t, "olga@example.org", "olga", "olga's") // the first is the owner
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	attic := w.makeRoom(t, ann, message.PrivateRoom, "Attic").ID
	tea := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	w.say(t, ben, "", "from ben")
	rita := w.invited(t, ann, attic, "rita")
	assert.Equal(t, []string{"Attic"}, w.names(t, rita))

	found, err := w.FindUsers(t.Context(), rita.ID, "", "", 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "rita"}, people(found))
	found, err = w.FindUsers(t.Context(), rita.ID, "b", "", 0)
	require.NoError(t, err)
	assert.Empty(t, found)
	_, _, err = w.Search(t.Context(), rita.ID, "from:ben x", 0, 0)
	var told *message.Error
	assert.ErrorAs(t, err, &told, "he is nobody to her")
	found, err = w.FindUsers(t.Context(), ben.ID, "", "", 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "ben", "olga", "rita"}, people(found))

	for room, want := range map[string][]string{tea: {"ann", "ben"}, attic: {"ann", "rita"}} {
		named, err := w.Named(t.Context(), room, []string{"ann", "ben", "rita"})
		require.NoError(t, err)
		assert.Equal(t, want, people(named))
	}

	// Who rises is in the lobby again.
	_, err = w.SetRole(t.Context(), store.Operator, rita.ID, message.RoleMember)
	require.NoError(t, err)
	assert.Equal(t, []string{"Attic", "Lobby"}, w.names(t, rita))
}

// invited is a reader who came by an invitation to one room.
func (w *world) invited(t *testing.T, maker message.User, room, name string) message.User {
	_, secret, err := w.Invite(t.Context(), maker.ID, room, message.RoleReader, time.Hour, 1)
	require.NoError(t, err)
	claim := claimOf(name+"@example.org", name, name)
	claim.Invite = token(secret)
	came, err := w.Claim(t.Context(), claim)
	require.NoError(t, err)
	return came.Session.User.Public()
}
