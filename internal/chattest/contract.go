package chattest

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const (
	apiBase  = "/api/v1"
	contract = "openapi.yaml"
)

// Operations are what docs/openapi.yaml describes, as patterns of http.ServeMux, sorted.
func Operations(t testing.TB) []string {
	c, err := described()
	require.NoError(t, err)
	return slices.Sorted(maps.Keys(c.operations))
}

// An apiContract is docs/openapi.yaml: every answer of the API that a test gets is held against it.
type apiContract struct {
	doc        map[string]any
	operations map[string]map[string]any // by pattern
	mux        *http.ServeMux
	compiler   *jsonschema.Compiler
	mu         sync.Mutex // of the compiler
}

var described = sync.OnceValues(func() (*apiContract, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", contract))
	if err != nil {
		return nil, err
	}
	c := &apiContract{operations: make(map[string]map[string]any), mux: http.NewServeMux(), compiler: jsonschema.NewCompiler()}
	if err := yaml.Unmarshal(text, &c.doc); err != nil {
		return nil, fmt.Errorf("%s: %w", contract, err)
	}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource(contract, c.doc); err != nil {
		return nil, fmt.Errorf("%s: %w", contract, err)
	}
	for path, item := range c.doc["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			if method == "parameters" {
				continue
			}
			pattern := strings.ToUpper(method) + " " + apiBase + path
			c.operations[pattern] = operation.(map[string]any)
			c.mux.Handle(pattern, http.NotFoundHandler())
		}
	}
	return c, nil
})

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// holdToContract sees that the answer of an API call, of this media type, is one that docs/openapi.yaml
// promises.
func holdToContract(t testing.TB, method, path string, status int, kind, body string) {
	t.Helper()
	u, err := url.Parse(path)
	require.NoError(t, err)
	if !strings.HasPrefix(u.Path, apiBase+"/") {
		return
	}
	c, err := described()
	require.NoError(t, err)
	_, pattern := c.mux.Handler(&http.Request{Method: method, URL: u})
	operation := c.operations[pattern]
	if operation == nil {
		assert.GreaterOrEqual(t, status, 400, "%s %s is answered, but not described", method, path)
		return
	}
	if kind, _, _ = mime.ParseMediaType(kind); kind != "application/json" {
		assert.NoError(t, promises(operation, status, kind), "%s %s", method, path)
		return
	}
	answer, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	require.NoError(t, err, "%s %s: %s", method, path, body)
	schema, err := c.schema(pattern, operation, status)
	require.NoError(t, err)
	assert.NoError(t, schema.Validate(answer), "%s %s answers %d, but not as described: %s", method, path, status, body)
}

// promises is nil if an operation may answer with this status and something else than JSON.
func promises(operation map[string]any, status int, kind string) error {
	response, _ := operation["responses"].(map[string]any)[strconv.Itoa(status)].(map[string]any)
	content, _ := response["content"].(map[string]any)
	if _, is := content[kind]; !is {
		return fmt.Errorf("its answer %d as %q is not described", status, kind)
	}
	return nil
}

// schema is that of an operation's answer with this status.
func (c *apiContract) schema(pattern string, operation map[string]any, status int) (*jsonschema.Schema, error) {
	responses := operation["responses"].(map[string]any)
	code := strconv.Itoa(status)
	if responses[code] == nil {
		if status < 400 {
			return nil, fmt.Errorf("%s does not describe its answer %d", pattern, status)
		}
		code = "default"
	}
	method, path, _ := strings.Cut(pattern, " ")
	at := pointer("paths", strings.TrimPrefix(path, apiBase), strings.ToLower(method), "responses", code)
	if ref, is := responses[code].(map[string]any)["$ref"].(string); is {
		at = strings.TrimPrefix(ref, "#")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.compiler.Compile(contract + "#" + at + pointer("content", "application/json", "schema"))
}

// pointer is a JSON pointer (RFC 6901), as a fragment of a URL.
func pointer(keys ...string) string {
	var at bytes.Buffer
	for _, key := range keys {
		at.WriteByte('/')
		at.WriteString(url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(key)))
	}
	return at.String()
}
