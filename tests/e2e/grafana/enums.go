package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// enums are the values of the SDK's enums by package and type. Its strict reading takes any text for an enum, so its constants
// are read from its sources.
type enums map[string]map[string]bool

// readEnums reads the constants of every package below folder.
func readEnums(folder string) (enums, error) {
	enums := enums{}
	err := filepath.WalkDir(folder, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(file) != "types_gen.go" {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range parsed.Decls {
			if constants, ok := declaration.(*ast.GenDecl); ok && constants.Tok == token.CONST {
				enums.add(filepath.Base(filepath.Dir(file)), constants)
			}
		}
		return nil
	})
	if err == nil && len(enums) == 0 {
		err = fmt.Errorf("no enum in the sources below %s", folder)
	}
	return enums, err
}

// add enters the constants of one declaration that have a type and a text.
func (enums enums) add(packageName string, constants *ast.GenDecl) {
	for _, specification := range constants.Specs {
		values := specification.(*ast.ValueSpec)
		kind, isNamed := values.Type.(*ast.Ident)
		if !isNamed || len(values.Values) != 1 {
			continue
		}
		literal, isLiteral := values.Values[0].(*ast.BasicLit)
		if !isLiteral || literal.Kind != token.STRING {
			continue
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			continue
		}
		name := packageName + "." + kind.Name
		if enums[name] == nil {
			enums[name] = map[string]bool{}
		}
		enums[name][text] = true
	}
}

// judge returns the values below value that are none of their enum's.
func (enums enums) judge(value any) []string {
	var faults []string
	enums.walk(reflect.ValueOf(value), "", &faults)
	return faults
}

func (enums enums) walk(value reflect.Value, at string, faults *[]string) {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() {
			enums.walk(value.Elem(), at, faults)
		}
	case reflect.Struct:
		for index := range value.NumField() {
			if field := value.Type().Field(index); field.IsExported() {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				enums.walk(value.Field(index), at+"."+name, faults)
			}
		}
	case reflect.Slice, reflect.Array:
		for index := range value.Len() {
			enums.walk(value.Index(index), at+"["+strconv.Itoa(index)+"]", faults)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			enums.walk(value.MapIndex(key), at+"."+key.String(), faults)
		}
	case reflect.String:
		name := path.Base(value.Type().PkgPath()) + "." + value.Type().Name()
		if values, isEnum := enums[name]; isEnum && !values[value.String()] {
			fault := fmt.Sprintf("%s: %q is no value of %s", strings.TrimPrefix(at, "."), value.String(), name)
			*faults = append(*faults, fault)
		}
	}
}
