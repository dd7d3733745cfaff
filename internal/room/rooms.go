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

// ChangeRoom changes what a room is called, or whether it is archived, and tells everyone in it.
func (d *Directory) ChangeRoom(ctx context.Context, by, id string, c store.RoomChange) (message.Room, error) {
	ctx = context.WithoutCancel(ctx)
	room, err := d.store.ChangeRoom(ctx, by, id, c)
	if err == nil {
		d.tellOf(ctx, by, room)
	}
	return room, err
}

// tellOf tells everyone what a room is called now. Two who change it at the same time may tell in
// the wrong order: so each looks again afterwards, and whoever was last tells how it is.
func (d *Directory) tellOf(ctx context.Context, by string, room message.Room) {
	for {
		told := room
		told.Membership = nil // is different for each
		d.aside(message.Message{MType: message.RoomMType, Room: room.ID, RoomInfo: &told})
		now, err := d.store.Room(ctx, by, room.ID)
		if err != nil || now.Name == room.Name && now.Topic == room.Topic && now.Archived == room.Archived {
			return // or has left it meanwhile, and has seen to telling what they did
		}
		room = now
	}
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

// RemoveMember has somebody leave a room: when it returns, nothing of it reaches them any more.
func (d *Directory) RemoveMember(ctx context.Context, by, room, user string) error {
	ctx = context.WithoutCancel(ctx)
	removed, err := d.store.RemoveMember(ctx, by, room, user)
	if err == nil && removed {
		d.tell(ctx, hint{User: user, Room: room})
	}
	return err
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
