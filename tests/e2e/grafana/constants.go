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

// constants are the texts that the SDK's types allow, by package and type. Its strict reading takes any text for them, so they
// are read from its sources.
type constants struct {
	// enums are the values of each enum.
	enums map[string]map[string]bool
	// kinds are what each type of the parts of a resource calls itself.
	kinds map[string]string
}

// readConstants reads the constants of every package below folder.
func readConstants(folder string) (constants, error) {
	constants := constants{enums: map[string]map[string]bool{}, kinds: map[string]string{}}
	err := filepath.WalkDir(folder, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(file) != "types_gen.go" {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		packageName := filepath.Base(filepath.Dir(file))
		for _, declaration := range parsed.Decls {
			switch declaration := declaration.(type) {
			case *ast.GenDecl:
				if declaration.Tok == token.CONST {
					constants.addEnums(packageName, declaration)
				}
			case *ast.FuncDecl:
				constants.addKind(packageName, declaration)
			}
		}
		return nil
	})
	if err == nil && (len(constants.enums) == 0 || len(constants.kinds) == 0) {
		err = fmt.Errorf("no enum or no kind in the sources below %s", folder)
	}
	return constants, err
}

// addEnums enters the constants of one declaration that have a type and a text.
func (constants constants) addEnums(packageName string, declaration *ast.GenDecl) {
	for _, specification := range declaration.Specs {
		values := specification.(*ast.ValueSpec)
		kind, isNamed := values.Type.(*ast.Ident)
		if !isNamed || len(values.Values) != 1 {
			continue
		}
		text, isText := literal(values.Values[0])
		if !isText {
			continue
		}
		name := packageName + "." + kind.Name
		if constants.enums[name] == nil {
			constants.enums[name] = map[string]bool{}
		}
		constants.enums[name][text] = true
	}
}

// addKind enters what the constructor of a type gives its field Kind, if this is one: `return &XKind{Kind: "X"}`.
func (constants constants) addKind(packageName string, function *ast.FuncDecl) {
	if function.Recv != nil || function.Body == nil || len(function.Body.List) != 1 {
		return
	}
	returned, isReturn := function.Body.List[0].(*ast.ReturnStmt)
	if !isReturn || len(returned.Results) != 1 {
		return
	}
	pointer, isPointer := returned.Results[0].(*ast.UnaryExpr)
	if !isPointer {
		return
	}
	made, isLiteral := pointer.X.(*ast.CompositeLit)
	if !isLiteral {
		return
	}
	kind, isNamed := made.Type.(*ast.Ident)
	if !isNamed {
		return
	}
	for _, element := range made.Elts {
		field, isField := element.(*ast.KeyValueExpr)
		if !isField {
			continue
		}
		if name, isName := field.Key.(*ast.Ident); isName && name.Name == "Kind" {
			if text, isText := literal(field.Value); isText {
				constants.kinds[packageName+"."+kind.Name] = text
			}
		}
	}
}

// literal returns the text of a literal text.
func literal(expression ast.Expr) (string, bool) {
	literal, isLiteral := expression.(*ast.BasicLit)
	if !isLiteral || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}

// judge returns the texts below value that their types do not allow.
func (constants constants) judge(value any) []string {
	var faults []string
	constants.walk(reflect.ValueOf(value), "", &faults)
	return faults
}

func (constants constants) walk(value reflect.Value, at string, faults *[]string) {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() {
			constants.walk(value.Elem(), at, faults)
		}
	case reflect.Struct:
		if kind, isFixed := constants.kinds[typeName(value)]; isFixed {
			if said := value.FieldByName("Kind").String(); said != kind {
				*faults = append(*faults, fmt.Sprintf("%s: its kind is %q, not %q", place(at), said, kind))
			}
		}
		for index := range value.NumField() {
			if field := value.Type().Field(index); field.IsExported() {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				constants.walk(value.Field(index), at+"."+name, faults)
			}
		}
	case reflect.Slice, reflect.Array:
		for index := range value.Len() {
			constants.walk(value.Index(index), at+"["+strconv.Itoa(index)+"]", faults)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			constants.walk(value.MapIndex(key), at+"."+key.String(), faults)
		}
	case reflect.String:
		name := typeName(value)
		if values, isEnum := constants.enums[name]; isEnum && !values[value.String()] {
			*faults = append(*faults, fmt.Sprintf("%s: %q is no value of %s", place(at), value.String(), name))
		}
	}
}

func place(at string) string {
	return strings.TrimPrefix(at, ".")
}

func typeName(value reflect.Value) string {
	return path.Base(value.Type().PkgPath()) + "." + value.Type().Name()
}
