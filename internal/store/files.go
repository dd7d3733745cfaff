package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"gochatting/internal/message"
)

// MostFiles is how many files one message may have.
const MostFiles = 10

const maxAlt = 500 // characters of a picture's description

// A File is what somebody uploaded. Its content is elsewhere, under Hash and PreviewHash: SHA-256
// in hexadecimal, the latter "" for a file without a preview. URL and Preview follow from the
// rest; Alt is known only to the message it is attached to.
type File struct {
	message.File
	Hash, PreviewHash string
	Owner             string // ID of a user
	Created           time.Time
}

// NewFileID is a name for a File.
func NewFileID() string { return newID() }

// AddFile keeps what is known of a file, which its owner may then attach to a message. Errors as
// User.MaySpeak; ErrNotFound: no such owner; ErrTooMany: their files would have more bytes than they may.
func (s *Store) AddFile(ctx context.Context, f File) error {
	_, err := write(ctx, s, "add a file", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		owner, err := selectUser(ctx, tx, `u.id = $1`, f.Owner)
		if err == nil {
			err = owner.MaySpeak(s.now())
		}
		if err == nil && s.quota > 0 {
			err = keepsQuota(ctx, tx, f, s.quota)
		}
		if err != nil {
			return nil, err
		}
		preview := sql.NullString{String: f.PreviewHash, Valid: f.PreviewHash != ""}
		return tx.ExecContext(ctx, `
			INSERT INTO files (id, owner, name, type, size, hash, preview, width, height, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			f.ID, f.Owner, f.Name, f.Type, f.Size, f.Hash, preview, f.Width, f.Height, f.Created.UnixMicro())
	})
	return err
}

// keepsQuota is ErrTooMany if a file would be too much for its owner. Uploads are refused before they begin, but
// each node knows only its own.
func keepsQuota(ctx context.Context, tx *sql.Tx, f File, quota int64) error {
	var used int64
	err := tx.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files WHERE owner = $1`, f.Owner).Scan(&used)
	switch {
	case err != nil:
		return fmt.Errorf("bytes of a user: %w", err)
	case used+f.Size > quota:
		return refuse(ErrTooMany, "Your files would take more room than you may have. Delete messages with files first.")
	}
	return nil
}

// File is one that the viewer may see: whoever may read the room, once it is attached, and until then
// its owner. ErrNotFound: none, or none for this viewer.
func (s *Store) File(ctx context.Context, viewer, id string) (File, error) {
	f, err := scanFile(s.engine.read.QueryRowContext(ctx, selectFiles+`
		LEFT JOIN rooms r ON r.id = f.room LEFT JOIN members mb ON mb.room = f.room AND mb.user_id = $1
		WHERE f.id = $2 AND (f.room IS NULL AND f.owner = $1 OR `+mayReadRoom+`)
		  AND NOT EXISTS (SELECT 1 FROM purged WHERE room = f.room AND id = f.message)`, viewer, id))
	if err != nil {
		return File{}, fmt.Errorf("store: file: %w", found(err))
	}
	return f, nil
}

// UsedBy is how many bytes the files of a user have together, not counting previews.
func (s *Store) UsedBy(ctx context.Context, owner string) (bytes int64, err error) {
	err = s.engine.read.QueryRowContext(ctx, `SELECT COALESCE(SUM(size), 0) FROM files WHERE owner = $1`, owner).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("store: bytes of a user: %w", err)
	}
	return bytes, nil
}

// UsesBlob says whether a file or a preview has this content.
func (s *Store) UsesBlob(ctx context.Context, hash string) (used bool, err error) {
	err = s.engine.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM files WHERE hash = $1)
		OR EXISTS (SELECT 1 FROM files WHERE preview = $1)`, hash).Scan(&used)
	if err != nil {
		return false, fmt.Errorf("store: use of a blob: %w", err)
	}
	return used, nil
}

// DropFile forgets a file of the owner that is not attached yet. Like all that drop files it
// returns the hashes of their contents, which another file may have too. ErrNotFound: no such file.
func (s *Store) DropFile(ctx context.Context, owner, id string) (blobs []string, err error) {
	return write(ctx, s, "drop a file", func(ctx context.Context, tx *sql.Tx) ([]string, error) {
		blobs, err := dropFiles(ctx, tx, `id = $1 AND owner = $2 AND room IS NULL`, id, owner)
		if err == nil && len(blobs) == 0 {
			err = ErrNotFound
		}
		return blobs, err
	})
}

// SweepFiles forgets the files that were added before a moment and never attached.
func (s *Store) SweepFiles(ctx context.Context, before time.Time) (blobs []string, err error) {
	return write(ctx, s, "sweep files", func(ctx context.Context, tx *sql.Tx) ([]string, error) {
		return dropFiles(ctx, tx, `room IS NULL AND created < $1`, before.UnixMicro())
	})
}

// dropFilesOf forgets the files of a message.
func dropFilesOf(ctx context.Context, tx *sql.Tx, room string, id int64) (blobs []string, err error) {
	return dropFiles(ctx, tx, `room = $1 AND message = $2`, room, id)
}

func dropFiles(ctx context.Context, tx *sql.Tx, which string, args ...any) (blobs []string, err error) {
	rows, err := tx.QueryContext(ctx, `DELETE FROM files WHERE `+which+` RETURNING hash, COALESCE(preview, '')`, args...)
	if err != nil {
		return nil, fmt.Errorf("drop files: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var hash, preview string
		if err := rows.Scan(&hash, &preview); err != nil {
			return nil, fmt.Errorf("drop files: %w", err)
		}
		blobs = append(blobs, hash)
		if preview != "" {
			blobs = append(blobs, preview)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("drop files: %w", err)
	}
	return blobs, nil
}

// attachFiles makes files of the owner, by ID and with Alt, those of a message, and returns them
// whole. They must be the owner's, and not attached yet. A *message.Error has changed nothing.
func attachFiles(ctx context.Context, tx *sql.Tx, owner, room string, id int64, files []message.File) ([]message.File, error) {
	if len(files) == 0 {
		return nil, nil
	}
	if len(files) > MostFiles {
		return nil, &message.Error{Code: message.CodeLimit, Text: fmt.Sprintf("A message has at most %d files. Please send them in parts.", MostFiles)}
	}
	ids := make([]any, len(files))
	for i, f := range files {
		ids[i] = f.ID
	}
	waiting, err := waitingFiles(ctx, tx, owner, ids)
	if err != nil {
		return nil, err
	}
	if len(waiting) < len(files) { // also if one was given twice
		return nil, fileGone()
	}
	attached := make([]message.File, len(files))
	for i, f := range files {
		attached[i] = waiting[f.ID]
		attached[i].Alt = cleanAlt(f.Alt)
	}
	result, err := tx.ExecContext(ctx, `UPDATE files SET room = $1, message = $2 WHERE room IS NULL AND id IN (`+marks(3, len(ids))+`)`,
		append([]any{room, id}, ids...)...)
	if err != nil {
		return nil, fmt.Errorf("attach files: %w", err)
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return nil, fmt.Errorf("attach files: %w", err)
	case int(n) < len(ids): // on another node, in another room, one was in the same moment
		return nil, fileGone()
	}
	return attached, nil
}

func fileGone() error {
	return &message.Error{Code: message.CodeInvalid, Text: "A file of this message is not there, or is in a message already. Please add it again."}
}

// waitingFiles are those of the owner among ids that are not attached yet.
func waitingFiles(ctx context.Context, tx *sql.Tx, owner string, ids []any) (map[string]message.File, error) {
	rows, err := tx.QueryContext(ctx, selectFiles+` WHERE f.owner = $1 AND f.room IS NULL AND f.id IN (`+marks(2, len(ids))+`)`,
		append([]any{owner}, ids...)...)
	if err != nil {
		return nil, fmt.Errorf("look files up: %w", err)
	}
	defer rows.Close()
	waiting := make(map[string]message.File, len(ids))
	for rows.Next() {
		f, err := scanFile(rows)
		if err != nil {
			return nil, fmt.Errorf("look files up: %w", err)
		}
		waiting[f.ID] = f.File
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look files up: %w", err)
	}
	return waiting, nil
}

const selectFiles = `
	SELECT f.id, f.owner, f.name, f.type, f.size, f.hash, COALESCE(f.preview, ''), f.width, f.height, f.created FROM files f`

func scanFile(from row) (f File, err error) {
	var created int64
	err = from.Scan(&f.ID, &f.Owner, &f.Name, &f.Type, &f.Size, &f.Hash, &f.PreviewHash, &f.Width, &f.Height, &created)
	f.Created = moment(created)
	f.File = f.Public()
	return f, err
}

// Public is the file as everyone may see it who may see it at all.
func (f File) Public() message.File {
	public := f.File
	public.URL = "/files/" + f.ID + "/" + url.PathEscape(f.Name)
	if f.PreviewHash != "" {
		public.Preview = "/previews/" + f.ID
	}
	return public
}

// cleanAlt makes one line of a description, without what could turn it around or hide in it.
func cleanAlt(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if chars := []rune(s); len(chars) > maxAlt {
		s = strings.TrimRight(string(chars[:maxAlt]), " ")
	}
	return s
}
