package cli

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the generated docs instead of comparing them")
	os.Exit(m.Run())
}
