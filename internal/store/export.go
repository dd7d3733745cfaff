package store

import (
	"context"
	"fmt"
	"slices"

	"gochatting/internal/message"
)

// An Exporter takes what is somebody's, piece by piece and in this order. Its first error ends the export.
type Exporter interface {
	Person(u User, devices []Session) error
	Room(message.Room) error       // that they are in, with Membership, and Users of direct ones
	Message(message.Message) error // what they said, in any room, the oldest first; not what was deleted
	File(File) error               // what they uploaded
}

// exportPage is how much is read at once: nothing is being read while the Exporter works, who may be slow.
const exportPage = 200

// Export gives to all that is the user's. ErrNotFound: no such user.
func (s *Store) Export(ctx context.Context, userID string, to Exporter) error {
	u, err := s.User(ctx, userID)
	if err != nil {
		return err
	}
	devices, err := s.Devices(ctx, userID)
	if err != nil {
		return err
	}
	if err := to.Person(u, devices); err != nil {
		return err
	}
	rooms, err := s.Rooms(ctx, userID)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if err := to.Room(r); err != nil {
			return err
		}
	}
	if err := s.exportMessages(ctx, userID, to); err != nil {
		return err
	}
	return s.exportFiles(ctx, userID, to)
}

func (s *Store) exportMessages(ctx context.Context, userID string, to Exporter) error {
	seqs, err := list(ctx, s.engine.read, scanSeq, `SELECT seq FROM messages WHERE author = $1 AND deleted IS NULL ORDER BY seq`, userID)
	if err != nil {
		return fmt.Errorf("store: export: %w", err)
	}
	for some := range slices.Chunk(seqs, exportPage) {
		lines, err := selectLines(ctx, s.engine.read, `m.seq IN (`+marks(1, len(some))+`) AND m.deleted IS NULL ORDER BY m.seq`, anys(some)...)
		if err != nil {
			return fmt.Errorf("store: export: %w", err)
		}
		for _, l := range lines {
			if err := to.Message(l.Message); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) exportFiles(ctx context.Context, userID string, to Exporter) error {
	for after := ""; ; {
		files, err := list(ctx, s.engine.read, scanFile, selectFiles+`
			WHERE f.owner = $1 AND f.id > $2 AND NOT EXISTS (SELECT 1 FROM purged WHERE room = f.room AND id = f.message)
			ORDER BY f.id LIMIT $3`, userID, after, exportPage)
		if err != nil {
			return fmt.Errorf("store: export: %w", err)
		}
		for _, f := range files {
			if err := to.File(f); err != nil {
				return err
			}
			after = f.ID
		}
		if len(files) < exportPage {
			return nil
		}
	}
}

func scanSeq(from row) (seq int64, err error) {
	err = from.Scan(&seq)
	return seq, err
}
