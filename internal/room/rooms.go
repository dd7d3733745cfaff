package room

import (
	"context"
	"slices"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// What changes rooms and who is in them goes through here: into the store, and then to the sockets
// of those concerned. Errors are the store's.

// MakeRoom makes a room and has its first members in it, or finds the direct room of a set of people.
func (d *Directory) MakeRoom(ctx context.Context, maker string, r store.NewRoom) (room message.Room, made bool, err error) {
	ctx = context.WithoutCancel(ctx) // else a room might be made, and nobody told
	room, made, err = d.store.MakeRoom(ctx, maker, r)
	if err != nil || !made {
		return room, made, err
	}
	members := append([]string{maker}, r.Users...)
	slices.Sort(members)
	for _, id := range slices.Compact(members) {
		d.tell(ctx, hint{User: id, Room: room.ID})
	}
	return room, made, nil
}

// ChangeRoom changes a room, and tells everyone in it.
func (d *Directory) ChangeRoom(ctx context.Context, by, id string, c store.RoomChange) (message.Room, error) {
	ctx = context.WithoutCancel(ctx)
	room, err := d.store.ChangeRoom(ctx, by, id, c)
	if err == nil {
		d.tell(ctx, hint{Room: id})
	}
	return room, err
}

// tellOf tells everyone who is in a room on this node how that is now. One at a time: so whoever looks last
// tells last.
func (d *Directory) tellOf(ctx context.Context, id string) error {
	r := d.awakened(id)
	if r == nil {
		return nil
	}
	turn := "room " + id
	if err := d.turns.take(ctx, turn); err != nil {
		return err
	}
	defer d.turns.give(turn)
	info, err := d.store.RoomInfo(ctx, id)
	if err != nil {
		return err
	}
	f, err := message.Encode(message.Message{MType: message.RoomMType, Room: id, RoomInfo: &info})
	if err != nil {
		return err
	}
	select {
	case r.Broadcast <- []*message.Frame{f}:
	case <-r.CloseSign:
	}
	return nil
}

// AddMember has somebody join an open room, or brings them into a private one.
func (d *Directory) AddMember(ctx context.Context, by, room, user string) error {
	ctx = context.WithoutCancel(ctx)
	added, err := d.store.AddMember(ctx, by, room, user)
	if err == nil && added {
		d.tell(ctx, hint{User: user, Room: room})
	}
	return err
}

// RemoveMember has somebody leave a room: when it returns, nothing of it reaches them any more. If
// they made it, it is somebody else's now.
func (d *Directory) RemoveMember(ctx context.Context, by, room, user string) error {
	ctx = context.WithoutCancel(ctx)
	before, err := d.store.RoomInfo(ctx, room)
	if err != nil {
		return err
	}
	removed, err := d.store.RemoveMember(ctx, by, room, user)
	if err != nil || !removed {
		return err
	}
	d.tell(ctx, hint{User: user, Room: room})
	if before.Maker == user {
		d.tell(ctx, hint{Room: room})
	}
	return nil
}

// SetRole has somebody be something else, and hear what goes with it.
func (d *Directory) SetRole(ctx context.Context, by, user, role string) (store.User, error) {
	ctx = context.WithoutCancel(ctx)
	before, err := d.store.Hears(ctx, user)
	if err != nil {
		return store.User{}, err
	}
	u, err := d.store.SetRole(ctx, by, user, role)
	if err == nil {
		d.Changed(ctx, user, append(before, message.Lobby)...)
	}
	return u, err
}

// RemoveUser has somebody leave all their rooms and the server, as store.Leave says. signOut gets the sessions
// that have ended, before anybody is told: their own pages must not look for where to go on.
func (d *Directory) RemoveUser(ctx context.Context, user string, messages bool, signOut func(sessions []string)) (blobs []string, err error) {
	ctx = context.WithoutCancel(ctx)
	rooms, err := d.store.Hears(ctx, user)
	if err != nil {
		return nil, err
	}
	theirs := slices.DeleteFunc(slices.Clone(rooms), func(id string) bool {
		room, failed := d.store.RoomInfo(ctx, id)
		return failed == nil && room.Maker != user && room.Kind != message.DirectRoom
	})
	ended, blobs, err := d.store.Leave(ctx, user, messages)
	if err != nil {
		return nil, err
	}
	signOut(ended)
	d.tell(ctx, hint{User: user, Gone: true})
	for _, id := range rooms {
		d.tell(ctx, hint{User: user, Room: id})
	}
	for _, id := range theirs { // which have another maker now, or somebody without a name in them
		d.tell(ctx, hint{Room: id})
	}
	return blobs, nil
}

// SetInvolvement sets what of a room somebody wants to be told, on all their devices.
func (d *Directory) SetInvolvement(ctx context.Context, user, room, involvement string) error {
	ctx = context.WithoutCancel(ctx)
	err := d.store.SetInvolvement(ctx, user, room, involvement)
	if err == nil {
		d.tell(ctx, hint{User: user, Room: room})
	}
	return err
}

// SetRead moves somebody's read mark in a room, on all their devices.
func (d *Directory) SetRead(ctx context.Context, user, room string, id int64) (message.Read, error) {
	ctx = context.WithoutCancel(ctx)
	read, changed, err := d.store.SetRead(ctx, user, room, id)
	if err == nil && changed {
		d.tell(ctx, hint{User: user, Room: room, Read: true})
	}
	return read, err
}
